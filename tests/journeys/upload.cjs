// Sends one file with tus-js-client, as a browser's upload pop-up would; prints where it lies.
const [library, endpoint, token, path, parts, chunk] = process.argv.slice(2);
const tus = require(library);
const fs = require("fs");

const upload = new tus.Upload(fs.createReadStream(path), {
  endpoint,
  ...(parts === "1" ? { uploadSize: fs.statSync(path).size } : {}),
  chunkSize: Number(chunk),
  parallelUploads: Number(parts),
  retryDelays: [200, 500, 1000, 2000, 3000, 5000, 5000],
  headers: { Authorization: `Bearer ${token}` },
  metadata: { filename: "لقطة الشاشة.bin", filetype: "image/png" },
  onProgress: (sent) => console.error(sent),
  onError: (error) => { console.error(String(error)); process.exit(1); },
  onSuccess: () => { console.log(upload.url); },
});
upload.start();

"use strict";
/* The support form: one language at a time, files in a pop-up, a proof of work before sending. */
const $ = (id) => document.getElementById(id);
const FIELDS = ["email", "subject", "body"];
const uploads = new Map();
let language = wished();
let choices = { departments: [], files: 20, file_bytes: 25 * 1024 * 1024 };

function wished() {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked in TEXTS) return asked;
  return (navigator.languages || []).some((one) => one.startsWith("ar")) ? "ar"
    : (navigator.language || "ar").startsWith("en") ? "en" : "ar";
}

function say(key, gaps = {}) {
  return Object.entries(gaps).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, `\u2068${value}\u2069`), TEXTS[language][key]);
}

function speak() {
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  document.title = say("title");
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = say(one.dataset.text);
  const other = language === "ar" ? "en" : "ar";
  Object.assign($("language"), { textContent: say("other"), lang: other, dir: other === "ar" ? "rtl" : "ltr" });
  $("limits").textContent = say("limits", { files: choices.files, size: Math.floor(choices.file_bytes / 1048576) });
  fill($("priority"), ["P3", "P1", "P2", "P4"].map((one) => [one, say(one)]));
  fill($("department"), [["", say("any")], ...choices.departments.map((one) => [one.id, one.name[language]])]);
  $("department-row").hidden = choices.departments.length < 2;
  clear();
  draw();
}

function fill(select, options) {
  const chosen = select.value;
  select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
  if (chosen) select.value = chosen;
}

function clear() {
  for (const one of document.querySelectorAll(".wrong")) if (one.id) one.textContent = "";
  for (const name of FIELDS) $(name).removeAttribute("aria-invalid");
}

function complain(field, text) {
  $(`${field}-wrong`).textContent = text;
  $(field).setAttribute("aria-invalid", "true");
}

async function ask(path, options = {}) {
  const headers = { "Accept-Language": language, ...options.headers };
  const answer = await fetch(path, { ...options, headers, credentials: "omit" });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(told.detail || told.title || String(answer.status)), { told });
  return told;
}

function prove({ salt, difficulty }) {
  return new Promise((resolve, reject) => {
    const worker = new Worker("/form/work.js");
    worker.onmessage = ({ data }) => { worker.terminate(); resolve({ salt, nonce: data }); };
    worker.onerror = (error) => { worker.terminate(); reject(error); };
    worker.postMessage({ salt, difficulty });
  });
}

function sound() {
  clear();
  for (const name of FIELDS) if (!$(name).value.trim()) complain(name, say("needed"));
  if ($("email").value.trim() && !$("email").checkValidity()) complain("email", say("badEmail"));
  if ([...uploads.values()].some((one) => one.state === "running")) $("wrong").textContent = say("uploading");
  const first = document.querySelector("[aria-invalid]");
  if (first) first.focus();
  return !first && !$("wrong").textContent;
}

async function send(event) {
  event.preventDefault();
  if ($("send").disabled || !sound()) return;
  $("send").disabled = true;
  try {
    $("state").textContent = say("proving");
    const proof = await prove(await ask("/v1/public/challenge"));
    $("state").textContent = say("sending");
    const made = await ask("/v1/public/tickets", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(written(proof)),
    });
    finish(made.number);
  } catch (error) {
    refuse(error);
  } finally {
    $("state").textContent = "";
    $("send").disabled = false;
  }
}

function written(proof) {
  const name = $("name").value.trim();
  const requester = { email: $("email").value.trim(), locale: language, ...(name ? { name } : {}) };
  const department = $("department").value;
  return {
    subject: $("subject").value.trim(), body: $("body").value, priority: $("priority").value, requester, proof,
    upload_ids: [...uploads.values()].filter((one) => one.id).map((one) => one.id),
    ...(department ? { department_id: department } : {}),
  };
}

function refuse(error) {
  if (!error.told) {
    $("wrong").textContent = error instanceof TypeError ? say("offline") : say("failed", { reason: error.message });
    return;
  }
  const places = { "/requester/email": "email", "/subject": "subject", "/body": "body" };
  const rest = (error.told.errors || []).filter(({ pointer, detail }) => {
    const field = places[pointer];
    if (field) complain(field, detail);
    return !field;
  });
  const first = document.querySelector("[aria-invalid]");
  if (first) first.focus();
  if (rest.length || !first) $("wrong").textContent = rest.map((one) => one.detail).join(" ") || error.message;
}

function finish(number) {
  $("number").textContent = number;
  $("form").hidden = true;
  $("done").hidden = false;
  $("done").focus();
  $("form").reset();
  uploads.clear();
  draw();
}

function take(files) {
  $("files-wrong").textContent = "";
  for (const file of files) {
    if (uploads.size >= choices.files) { $("files-wrong").textContent = say("tooMany"); return; }
    if (file.size > choices.file_bytes) { $("files-wrong").textContent = say("tooLarge", { name: file.name }); continue; }
    begin(file);
  }
}

function begin(file) {
  const key = crypto.getRandomValues(new Uint32Array(2)).join("-");
  const one = { file, state: "running", sent: 0, id: "" };
  one.upload = new tus.Upload(file, {
    endpoint: "/v1/public/uploads", chunkSize: 4 * 1024 * 1024, retryDelays: [0, 500, 1000, 3000, 5000, 10000, 20000],
    headers: { "Accept-Language": language }, metadata: { filename: file.name, filetype: file.type },
    storeFingerprintForResuming: false,
    onProgress: (sent) => { one.sent = sent; draw(); },
    onSuccess: () => { one.state = "ready"; one.id = one.upload.url.split("/").pop(); draw(); },
    onError: (error) => { uploads.delete(key); draw(); $("files-wrong").textContent = say("fileFailed", { name: file.name, reason: reasonOf(error) }); },
  });
  uploads.set(key, one);
  one.upload.start();
  draw();
}

function reasonOf(error) {
  try {
    return JSON.parse(error.originalResponse.getBody()).detail;
  } catch {
    return say("offline");
  }
}

function drop(key) {
  const one = uploads.get(key);
  uploads.delete(key);
  if (one) one.upload.abort(true).catch(() => {});
  draw();
}

function draw() {
  for (const list of [$("uploads"), $("attached")]) list.replaceChildren(...[...uploads].map(([key, one]) => line(key, one)));
}

function line(key, one) {
  const name = Object.assign(document.createElement("bdi"), { textContent: one.file.name });
  const state = document.createElement(one.state === "ready" ? "small" : "progress");
  if (one.state === "ready") state.textContent = `✓ ${say("ready")}`;
  else Object.assign(state, { max: one.file.size || 1, value: one.sent });
  const end = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  end.setAttribute("aria-label", say(one.state === "ready" ? "remove" : "cancel", { name: one.file.name }));
  end.addEventListener("click", () => drop(key));
  const row = document.createElement("li");
  row.append(name, " ", state, " ", end);
  return row;
}

$("language").addEventListener("click", () => { language = language === "ar" ? "en" : "ar"; speak(); });
$("form").addEventListener("submit", send);
$("attach").addEventListener("click", () => $("popup").showModal());
$("close").addEventListener("click", () => $("popup").close());
$("files").addEventListener("change", (event) => { take([...event.target.files]); event.target.value = ""; });
for (const kind of ["dragover", "drop"]) $("drop").addEventListener(kind, (event) => event.preventDefault());
$("drop").addEventListener("drop", (event) => take([...event.dataTransfer.files]));
$("again").addEventListener("click", () => { $("done").hidden = true; $("form").hidden = false; $("subject").focus(); });
speak();
ask("/v1/public/form").then((told) => { choices = told; speak(); }).catch(() => {});

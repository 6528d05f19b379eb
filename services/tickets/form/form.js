"use strict";
/* The support form: one language at a time, files in a pop-up, a proof of work before sending. */
const $ = (id) => document.getElementById(id);
const FIELDS = ["email", "subject", "body"];
const uploads = new Map();
let language = wished();
let choices = { departments: [], files: 20, file_bytes: 25 * 1024 * 1024 };
let asked = [];
let unanswered = null;
const KINDS = { integer: "number", decimal: "number", date: "date", url: "url" };

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
  fill($("priority"), ["P1", "P2", "P3", "P4"].map((one) => [one, say(one)]), "P3");
  fill($("department"), [["", say("any")], ...choices.departments.map((one) => [one.id, one.name[language]])]);
  $("department-row").hidden = choices.departments.length < 2;
  askFields();
  draw();
}

function fill(select, options, first = "") {
  const chosen = select.value || first;
  select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
  if (chosen) select.value = chosen;
}

/* The desk's own fields, as its administrators have defined them; what was filled in stays. */
function askFields() {
  const kept = answers();
  $("fields").replaceChildren(...asked.map((field) => row(field, kept[field.key])));
}

function row(field, value) {
  const input = control(field, value);
  Object.assign(input, { id: `custom-${field.key}`, required: field.required });
  input.setAttribute("aria-describedby", `custom-${field.key}-wrong`);
  const name = Object.assign(document.createElement("span"), { textContent: field.label[language] });
  const mark = Object.assign(document.createElement("small"), { textContent: field.required ? "" : ` ${say("optional")}` });
  const help = Object.assign(document.createElement("small"), { textContent: field.help ? field.help[language] : "", className: "help" });
  const wrong = Object.assign(document.createElement("small"), { id: `custom-${field.key}-wrong`, className: "wrong" });
  wrong.setAttribute("role", "alert");
  const label = document.createElement("label");
  label.append(name, mark, input, help, wrong);
  return label;
}

function control(field, value) {
  const listed = { choice: field.options, choices: field.options, boolean: [{ value: "true", label: both("yes") }, { value: "false", label: both("no") }] }[field.type];
  if (!listed) {
    const kind = KINDS[field.type] || "text";
    return Object.assign(document.createElement("input"), { type: kind, step: "any", dir: kind === "text" ? "auto" : "ltr", value: value ?? "" });
  }
  const select = Object.assign(document.createElement("select"), { multiple: field.type === "choices" });
  if (!select.multiple) select.append(new Option(say("choose"), ""));
  const chosen = [value].flat().map(String);
  for (const one of listed) select.append(new Option(one.label[language], one.value, false, chosen.includes(one.value)));
  return select;
}

function both(key) {
  return { ar: TEXTS.ar[key], en: TEXTS.en[key] };
}

function answers() {
  const found = {};
  for (const field of asked) {
    const value = valueOf(field, $(`custom-${field.key}`));
    if (value !== undefined) found[field.key] = value;
  }
  return found;
}

function valueOf({ type }, input) {
  if (!input) return undefined;
  if (type === "choices") return input.selectedOptions.length ? [...input.selectedOptions].map((one) => one.value) : undefined;
  if (input.value === "") return undefined;
  if (type === "boolean") return input.value === "true";
  return type === "integer" || type === "decimal" ? Number(input.value) : input.value;
}

function clear() {
  for (const one of document.querySelectorAll(".wrong")) if (one.id) one.textContent = "";
  for (const one of document.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
}

/* Who mends a field sees its fault go, and not only with the next attempt. */
function mended({ target }) {
  if (!target.hasAttribute?.("aria-invalid") || !target.checkValidity()) return;
  if (target.required && !String(target.value).trim()) return;
  target.removeAttribute("aria-invalid");
  $(`${target.id}-wrong`).textContent = "";
}

function complain(field, text) {
  $(`${field}-wrong`).textContent = text;
  $(field).setAttribute("aria-invalid", "true");
}

async function ask(path, options = {}) {
  const headers = { "Accept-Language": language, ...options.headers };
  const answer = await fetch(path, { ...options, headers, credentials: "omit" });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(told.detail || told.title || (answer.status >= 500 ? say("away") : String(answer.status))), { told, status: answer.status });
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
  for (const one of asked) if (one.required && !(one.key in answers())) complain(`custom-${one.key}`, say("needed"));
  if ($("email").value.trim() && !$("email").checkValidity()) complain("email", say("badEmail"));
  if ([...uploads.values()].some((one) => one.state !== "ready")) $("wrong").textContent = say("uploading");
  const first = document.querySelector("[aria-invalid]");
  if (first) first.focus();
  return !first && !$("wrong").textContent;
}

async function send(event) {
  event.preventDefault();
  if ($("send").disabled || !sound()) return;
  $("send").disabled = true;
  try {
    finish((await submit()).number);
  } catch (error) {
    refuse(error);
  } finally {
    $("state").textContent = "";
    $("send").disabled = false;
  }
}

/* What went out and was never answered goes out again as it was: under its key it is one request. */
async function submit() {
  const text = JSON.stringify(written());
  if (unanswered?.text !== text) {
    $("state").textContent = say("proving");
    const proof = await prove(await ask("/v1/public/challenge"));
    unanswered = { text, key: unique(), body: JSON.stringify({ ...JSON.parse(text), proof }) };
  }
  $("state").textContent = say("sending");
  const headers = { "Content-Type": "application/json", "Idempotency-Key": unanswered.key };
  try {
    const made = await ask("/v1/public/tickets", { method: "POST", headers, body: unanswered.body });
    unanswered = null;
    return made;
  } catch (error) {
    if (error.status < 500) unanswered = null;
    throw error;
  }
}

function unique() {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

function written() {
  const name = $("name").value.trim();
  const requester = { email: $("email").value.trim(), locale: language, ...(name ? { name } : {}) };
  const department = $("department").value;
  return {
    subject: $("subject").value.trim(), body: $("body").value, priority: $("priority").value, requester,
    upload_ids: [...uploads.values()].filter((one) => one.id).map((one) => one.id),
    ...(department ? { department_id: department } : {}),
    ...(asked.length ? { custom: answers() } : {}),
  };
}

function refuse(error) {
  if (!error.told) {
    $("wrong").textContent = error instanceof TypeError ? say("offline") : say("failed", { reason: error.message });
    return;
  }
  const places = { "/requester/email": "email", "/subject": "subject", "/body": "body" };
  for (const one of asked) places[`/custom/${one.key}`] = `custom-${one.key}`;
  const rest = (error.told.errors || []).filter(({ pointer, detail, message }) => {
    const field = places[pointer.replace(/^#/, "")];
    if (field) complain(field, detail || message);
    return !field;
  });
  const first = document.querySelector("[aria-invalid]");
  if (first) first.focus();
  if (rest.length || !first) $("wrong").textContent = rest.map((one) => one.detail || one.message).join(" ") || error.message;
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
  const key = unique();
  const one = { file, state: "running", sent: 0, id: "" };
  one.upload = new tus.Upload(file, {
    endpoint: "/v1/public/uploads", chunkSize: 4 * 1024 * 1024, retryDelays: [0, 500, 1000, 3000, 5000, 10000, 20000],
    headers: { "Accept-Language": language }, metadata: { filename: file.name, filetype: file.type },
    removeFingerprintOnSuccess: true,
    onProgress: (sent) => { Object.assign(one, { sent, state: "running" }); draw(); },
    onSuccess: () => { one.state = "ready"; one.id = one.upload.url.split("/").pop(); draw(); },
    onError: (error) => failed(key, one, error),
  });
  uploads.set(key, one);
  // What a closed page or a broken line left behind goes on where it stopped.
  one.upload.findPreviousUploads().catch(() => []).then((earlier) => {
    if (earlier.length) one.upload.resumeFromPreviousUpload(earlier[0]);
    if (uploads.has(key)) one.upload.start();
  });
  draw();
}

/* Without an answer the line is down: the file waits for it. An answer is a refusal. */
function failed(key, one, error) {
  if (error.originalResponse) {
    uploads.delete(key);
    $("files-wrong").textContent = say("fileFailed", { name: one.file.name, reason: reasonOf(error) });
  } else {
    one.state = "waiting";
    if (navigator.onLine) setTimeout(() => wake(one), 5000);
  }
  draw();
}

function wake(one) {
  if (one.state !== "waiting") return;
  one.state = "running";
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
  const name = Object.assign(document.createElement("span"), { className: "file" });
  name.append(Object.assign(document.createElement("bdi"), { textContent: one.file.name }));
  const state = document.createElement(one.state === "running" ? "progress" : "small");
  if (one.state === "ready") state.textContent = `✓ ${say("ready")}`;
  else if (one.state === "waiting") state.textContent = say("waits");
  else Object.assign(state, { max: one.file.size || 1, value: one.sent });
  const end = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  end.setAttribute("aria-label", say(one.state === "ready" ? "remove" : "cancel", { name: one.file.name }));
  end.addEventListener("click", () => drop(key));
  const row = document.createElement("li");
  row.append(name, " ", state, " ", end);
  return row;
}

$("language").addEventListener("click", () => { language = language === "ar" ? "en" : "ar"; speak(); clear(); });
$("form").addEventListener("submit", send);
$("form").addEventListener("input", mended);
$("form").addEventListener("change", mended);
$("attach").addEventListener("click", () => $("popup").showModal());
$("close").addEventListener("click", () => $("popup").close());
$("files").addEventListener("change", (event) => { take([...event.target.files]); event.target.value = ""; });
for (const kind of ["dragover", "drop"]) $("drop").addEventListener(kind, (event) => event.preventDefault());
$("drop").addEventListener("drop", (event) => take([...event.dataTransfer.files]));
window.addEventListener("online", () => [...uploads.values()].forEach(wake));
$("department").addEventListener("change", readFields);
$("again").addEventListener("click", () => { $("done").hidden = true; $("form").hidden = false; $("subject").focus(); });
function readFields() {
  const department = $("department").value;
  ask(`/v1/public/fields${department ? `?department_id=${department}` : ""}`)
    .then((told) => { asked = told.items; askFields(); }).catch(() => {});
}

speak();
ask("/v1/public/form").then((told) => { choices = told; speak(); }).catch(() => {});
readFields();

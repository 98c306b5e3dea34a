// The page at /docs: lists the calls of openapi.json, and lets one fill in a call, send it and see the answer.
// It asks this server alone and keeps the key in the tab's session.
"use strict";

let doc;

const $ = (id) => document.getElementById(id);

/** An element with properties and children; texts are never read as HTML. */
function el(name, props = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (key in node && key !== "list") node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function resolve(schema) {
  const name = refName(schema);
  return name ? { ...doc.components.schemas[name], ...schema, $ref: undefined, ref: name } : schema;
}

function refName(schema) {
  return schema.$ref ? schema.$ref.split("/").pop() : undefined;
}

function operations() {
  const found = [];
  for (const [path, methods] of Object.entries(doc.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      found.push({ path, method: method.toUpperCase(), ...operation });
    }
  }
  return found;
}

/** The fields of a call: of its path, its query or body, and its headers. */
function fieldsOf(operation) {
  const fields = (operation.parameters || []).map((p) => ({ ...p, schema: resolve(p.schema) }));
  const content = operation.requestBody && operation.requestBody.content["multipart/form-data"];
  if (!content) return fields;
  const body = resolve(content.schema);
  const found = new Map();
  const variants = body.oneOf || [body];
  for (const variant of variants) {
    for (const [name, schema] of Object.entries(variant.properties || {})) {
      const required = variants.every((v) => (v.required || []).includes(name));
      const dull = schema.enum && schema.enum.every((v) => v === "");
      if (dull && found.has(name)) continue;
      const full = resolve(schema);
      found.set(name, { name, in: "body", required, description: full.description, schema: full, dull });
    }
  }
  return fields.concat([...found.values()]);
}

/** What a field takes: how to ask for it and how to say it. */
function kindOf(schema) {
  const ref = schema.ref || "";
  if (schema.enum) return { kind: "word", words: schema.enum.filter((w) => w), say: "one of " + schema.enum.filter((w) => w).join(", ") };
  if (ref.startsWith("Flag")) return { kind: "word", words: ["true", "false"], say: "true or false" };
  if (ref.startsWith("Time")) return { kind: "line", say: "time, YYYY-MM-DD HH:MM:SS in UTC, or RFC 3339", hint: "2026-01-31 09:00:00" };
  if (ref.startsWith("IdText")) return { kind: "line", say: "ids in one text", hint: "1, 2, 3" };
  if (ref.startsWith("IdOrZero")) return { kind: "line", say: "id, or 0 for none" };
  if (ref.startsWith("Id")) return { kind: "line", say: "id" };
  if (schema.anyOf && schema.anyOf[0].enum) return { kind: "word", words: ["true"], say: "true" };
  if (schema.anyOf && schema.anyOf[0].type === "array") {
    const item = kindOf(resolve(schema.anyOf[0].items));
    return { kind: "list", say: "several, comma separated: " + item.say };
  }
  if (schema.type === "array") {
    const item = resolve(schema.items);
    return { kind: "actions", types: item.anyOf, say: `up to ${schema.maxItems} actions, in order` };
  }
  if ([].concat(schema.type).includes("object")) return { kind: "map", say: "KEY=VALUE, one a line" };
  if ([].concat(schema.type).includes("integer")) return { kind: "line", say: `number, ${schema.minimum} to ${schema.maximum}` };
  const long = schema.maxLength > 1000;
  return { kind: long ? "text" : "line", say: schema.maxLength ? `text, up to ${schema.maxLength} characters` : "text" };
}

/** The control of a field; its `read` gives undefined for nothing. */
function control(field) {
  const kind = kindOf(field.schema);
  const id = `f-${field.in}-${field.name}`;
  const hint = field.schema.default !== undefined ? String(field.schema.default) : kind.hint || "";
  let node;
  let read = () => (node.value === "" ? undefined : node.value);
  if (kind.kind === "word") {
    node = el("select", { id }, el("option", { value: "" }, hint ? `(${hint})` : ""));
    node.append(...kind.words.map((word) => el("option", { value: word }, word)));
  } else if (kind.kind === "list") {
    node = el("input", { id, placeholder: hint, spellcheck: false });
    read = () => (node.value === "" ? undefined : node.value.split(",").map((v) => v.trim()).filter((v) => v));
  } else if (kind.kind === "map") {
    node = el("textarea", { id, placeholder: "7=3" });
    read = () => {
      const lines = node.value.split("\n").filter((line) => line.includes("="));
      return lines.length ? Object.fromEntries(lines.map((l) => [l.slice(0, l.indexOf("=")).trim(), l.slice(l.indexOf("=") + 1).trim()])) : undefined;
    };
  } else if (kind.kind === "actions") {
    return actionsControl(id, kind);
  } else {
    node = el(kind.kind === "text" ? "textarea" : "input", { id, placeholder: hint, spellcheck: false });
  }
  return { node, read, id, say: kind.say };
}

function actionsControl(id, kind) {
  const rows = el("div", { id });
  const typeOf = (name) => kind.types.find((t) => t.properties.actionType.const === name);
  const add = () => {
    const type = el("select", { ariaLabel: "actionType" });
    for (const t of kind.types) type.append(el("option", {}, t.properties.actionType.const));
    const value = el("input", { ariaLabel: "value", spellcheck: false });
    const adapt = () => {
      const needs = (typeOf(type.value).required || []).includes("value");
      value.disabled = !needs;
      value.placeholder = needs ? kindOf(resolve(typeOf(type.value).properties.value)).say : "no value";
    };
    type.addEventListener("change", adapt);
    const row = el("div", { className: "action" }, type, value, el("button", { type: "button", onclick: () => row.remove() }, "Remove"));
    adapt();
    rows.append(row);
  };
  add();
  const node = el("div", {}, rows, el("button", { type: "button", onclick: add }, "Add an action"));
  const read = () => {
    const found = [...rows.children].map((row) => {
      const [type, value] = row.children;
      return value.disabled ? { actionType: type.value } : { actionType: type.value, value: value.value };
    });
    return found.length ? found : undefined;
  };
  return { node, read, id, say: kind.say };
}

/** Names and values as a form spells them. */
function pairs(values) {
  const found = [];
  const walk = (name, value) => {
    if (Array.isArray(value)) value.forEach((v, n) => walk(typeof v === "object" ? `${name}[${n}]` : `${name}[]`, v));
    else if (typeof value === "object") Object.entries(value).forEach(([k, v]) => walk(`${name}[${k}]`, v));
    else found.push([name, value]);
  };
  Object.entries(values).forEach(([name, value]) => walk(name, value));
  return found;
}

/** Digits as numbers where JSON keeps them exactly. */
function typed(value, schema) {
  if (Array.isArray(value)) return value.map((v) => typed(v, schema));
  const text = JSON.stringify(schema);
  const numeric = /"integer"|schemas\/Id/.test(text) || (schema.ref || "").startsWith("Id");
  return typeof value === "string" && numeric && /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
}

/** The request that the controls describe. */
function build(operation, controls, encoding) {
  let path = "/api/v2" + operation.path;
  const headers = {};
  const values = {};
  for (const { field, read } of controls) {
    const value = read();
    if (field.in === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(value || ""));
    else if (value === undefined) continue;
    else if (field.in === "header") headers[field.name] = value;
    else values[field.name] = encoding === "json" ? typed(value, field.schema) : value;
  }
  const request = { method: operation.method, path, headers, encoding, values };
  const empty = Object.keys(values).length === 0;
  if (empty) return request;
  if (operation.method === "GET" || encoding === "query") {
    request.path += "?" + new URLSearchParams(pairs(values));
  } else if (encoding === "json") {
    headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(values);
  } else if (encoding === "form") {
    headers["Content-Type"] = "application/x-www-form-urlencoded";
    request.body = new URLSearchParams(pairs(values)).toString();
  } else {
    request.body = new FormData();
    for (const [name, value] of pairs(values)) request.body.append(name, value);
  }
  return request;
}

const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

/** The same request for a shell; the key is left to a variable. */
function curl(request) {
  const words = ["curl", "-i", "-X", request.method, '-H "apiKey: $KEY"'];
  for (const [name, value] of Object.entries(request.headers)) words.push("-H " + quoted(`${name}: ${value}`));
  if (request.body instanceof FormData) {
    for (const [name, value] of request.body) words.push("--form-string " + quoted(`${name}=${value}`));
  } else if (request.body !== undefined) {
    words.push("--data-raw " + quoted(request.body));
  }
  return [...words, quoted(location.origin + request.path)].join(" ");
}

async function send(request, out) {
  const headers = { ...request.headers };
  const key = $("key").value.trim();
  if (key) headers.apiKey = key;
  out.replaceChildren(el("p", { className: "hint" }, "Waiting…"));
  const started = performance.now();
  try {
    const answer = await fetch(request.path, { method: request.method, headers, body: request.body, credentials: "omit" });
    const text = await answer.text();
    const took = Math.round(performance.now() - started);
    let body = text;
    try { body = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: shown as it is */ }
    const lines = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    out.replaceChildren(
      el("p", {}, el("span", { className: "status " + (answer.ok ? "good" : "bad") }, `${answer.status} ${answer.statusText}`), el("span", { className: "hint" }, `  ${took} ms, ${text.length} characters`)),
      el("pre", { tabIndex: 0 }, body || "(no body)"),
      el("details", {}, el("summary", {}, "Headers"), el("pre", {}, lines)),
    );
  } catch (error) {
    out.replaceChildren(el("p", { className: "bad" }, `The server did not answer: ${error.message}`));
  }
}

function fieldRow(field, made) {
  const needs = field.schema["x-permission"];
  const name = el("label", { className: "name", htmlFor: made.id }, field.name, field.required ? el("b", { title: "required" }, " *") : null);
  const left = el("div", {}, name, el("div", { className: "kind" }, (field.in === "header" ? "header · " : field.in === "path" ? "path · " : "") + made.say));
  if (needs) left.append(el("span", { className: "chip" }, needs));
  const right = el("div", {}, made.node);
  if (field.description) right.append(el("p", { className: "say" }, field.description));
  return el("div", { className: "field" }, left, right);
}

function show(operation) {
  const controls = fieldsOf(operation).map((field) => ({ field, ...control(field) }));
  const out = el("div", { ariaLive: "polite" });
  const shell = el("pre", { tabIndex: 0 });
  const ways = operation.requestBody ? [["json", "JSON"], ["form", "form"], ["parts", "multipart"], ["query", "query"]] : [];
  const choices = ways.map(([value, say], n) => el("label", {}, el("input", { type: "radio", name: "way", value, checked: n === 0 }), " " + say));
  const form = el("form", { noValidate: true });
  const request = () => build(operation, controls, ways.length ? new FormData(form).get("way") : "query");
  const refresh = () => { shell.textContent = curl(request()); };
  const bar = el("div", { className: "bar" }, el("button", { className: "send" }, "Send"));
  if (ways.length) bar.append(el("fieldset", {}, el("legend", {}, "as"), ...choices));
  bar.append(el("button", { type: "button", onclick: () => { refresh(); navigator.clipboard && navigator.clipboard.writeText(shell.textContent); } }, "Copy as curl"));
  form.append(...controls.map((c) => fieldRow(c.field, c)), bar);
  form.addEventListener("input", refresh);
  form.addEventListener("click", () => setTimeout(refresh));
  form.addEventListener("submit", (event) => { event.preventDefault(); refresh(); send(request(), out); });
  const responses = Object.entries(operation.responses).map(([status, response]) =>
    el("details", {}, el("summary", {}, status + "  ", el("span", { className: "hint" }, (response["x-codes"] || []).join(", "))), el("p", {}, response.description.replaceAll("`", ""))));
  $("call").replaceChildren(
    el("h2", { className: "title" }, el("span", { className: "method " + operation.method }, operation.method), "/api/v2" + operation.path, el("span", { className: "chip" }, operation["x-permission"])),
    el("p", {}, operation.summary),
    operation.description ? el("p", { className: "hint" }, operation.description) : "",
    form,
    shell,
    out,
    el("h3", {}, "Answers"),
    ...responses,
  );
  refresh();
  document.title = `${operation.operationId} · deskbell API`;
}

function list() {
  const wanted = $("find").value.trim().toLowerCase();
  const current = location.hash.slice(1);
  const groups = new Map();
  for (const operation of operations()) {
    const text = `${operation.operationId} ${operation.path} ${operation.summary} ${operation["x-permission"]}`.toLowerCase();
    if (!text.includes(wanted)) continue;
    const tag = operation.tags[0];
    if (!groups.has(tag)) groups.set(tag, []);
    const link = el("a", { href: "#" + operation.operationId, title: operation.summary }, el("span", { className: "method " + operation.method }, operation.method), operation.path);
    if (operation.operationId === current) link.setAttribute("aria-current", "page");
    groups.get(tag).push(link);
  }
  $("calls").replaceChildren(...[...groups].flatMap(([tag, links]) => [el("h2", {}, tag), ...links]));
  if (!groups.size) $("calls").replaceChildren(el("p", { className: "hint" }, "No call fits."));
}

function open() {
  const all = operations();
  const wanted = all.find((o) => o.operationId === location.hash.slice(1)) || all[0];
  if (!wanted) return;
  show(wanted);
  list();
}

async function start() {
  const key = $("key");
  key.value = sessionStorage.getItem("key") || "";
  key.addEventListener("input", () => sessionStorage.setItem("key", key.value.trim()));
  $("key-form").addEventListener("submit", (event) => event.preventDefault());
  $("find").addEventListener("input", list);
  addEventListener("hashchange", () => { open(); $("call").focus(); scrollTo(0, 0); });
  try {
    doc = await (await fetch("/api/v2/openapi.json")).json();
    $("version").textContent = doc.info.version;
    open();
  } catch (error) {
    $("call").replaceChildren(el("p", { className: "bad" }, `The document could not be read: ${error.message}`));
  }
}

start();

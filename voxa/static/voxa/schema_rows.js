"use strict";
// Shows a JSON schema of an object as rows, one a property. The JSON text stays what is sent: rows write into it.
document.addEventListener("DOMContentLoaded", () => {
  const template = document.getElementById("vx-parameters");
  const text = template && document.querySelector(`textarea[name=${template.dataset.field}]`);
  if (!text) return;

  const TYPES = ["string", "integer", "number", "boolean"];
  const box = template.content.firstElementChild.cloneNode(true);
  const part = (name, within = box) => within.querySelector(`[data-part=${name}]`);
  const rows = part("rows");
  const words = box.dataset;
  let kept = {}; // what the schema says beside its properties

  const only = (value, names) => Object.keys(value).every((name) => names.includes(name));
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const fits = {
    string: (one) => typeof one === "string" && one !== "" && one === one.trim() && !/[\r\n]/.test(one),
    integer: Number.isSafeInteger,
    number: Number.isFinite,
    boolean: () => false,
  };

  function readable(name, one) {
    if (!name || name !== name.trim() || !isObject(one) || !TYPES.includes(one.type)) return false;
    if (!only(one, ["type", "description", "enum"])) return false;
    if ("description" in one && (typeof one.description !== "string" || /[\r\n]/.test(one.description))) return false;
    return !("enum" in one) || (Array.isArray(one.enum) && one.enum.length > 0 && one.enum.every(fits[one.type]));
  }

  // The properties of a schema, null if rows cannot show all of it.
  function parsed(json) {
    if (!json.trim()) return [];
    let schema;
    try {
      schema = JSON.parse(json);
    } catch {
      return null;
    }
    if (!isObject(schema) || (Object.keys(schema).length && schema.type !== "object")) return null;
    if (!only(schema, ["type", "properties", "required", "additionalProperties", "title", "description", "$schema"])) return null;
    const { properties = {}, required = [], ...rest } = schema;
    if (isObject(rest.additionalProperties) || !isObject(properties) || !Array.isArray(required)) return null;
    if (!required.every((name) => Object.hasOwn(properties, name))) return null;
    const found = Object.entries(properties);
    if (!found.every(([name, one]) => readable(name, one))) return null;
    kept = rest;
    return found.map(([name, one]) => ({ name, ...one, required: required.includes(name) }));
  }

  const lines = (field) => field.value.split("\n").map((line) => line.trim()).filter(Boolean);

  function choicesOf(row) {
    const type = part("type", row).value;
    if (type === "boolean") return [];
    return lines(part("choices", row)).map((line) => (type === "string" ? line : Number(line)));
  }

  // Marks what is wrong in the fields, and returns the first of them.
  function wrongField() {
    const seen = new Set();
    for (const row of rows.children) {
      const name = part("name", row);
      const choices = part("choices", row);
      const value = name.value.trim();
      name.setCustomValidity(!value ? words.nameless : seen.has(value) ? words.twice : "");
      seen.add(value);
      const type = part("type", row).value;
      choices.setCustomValidity(choicesOf(row).every(fits[type]) ? "" : words[type]);
    }
    return rows.querySelector(":invalid");
  }

  function write() {
    if (wrongField()) return;
    const found = [...rows.children].map((row) => {
      const choices = choicesOf(row);
      const description = part("description", row).value.trim();
      const one = { type: part("type", row).value, ...(description && { description }), ...(choices.length && { enum: choices }) };
      return [part("name", row).value.trim(), one, part("required", row).checked];
    });
    const required = found.filter((one) => one[2]).map((one) => one[0]);
    const schema = { type: "object", ...kept, properties: Object.fromEntries(found), ...(required.length && { required }) };
    text.value = found.length || Object.keys(kept).length > 1 ? JSON.stringify(schema, null, 2) : "";
  }

  function describe(row) {
    const name = part("name", row).value.trim() || words.new;
    row.setAttribute("aria-label", name);
    part("remove", row).setAttribute("aria-label", `${part("remove", row).textContent.trim()} ${name}`);
    part("choices", row).closest("label").hidden = part("type", row).value === "boolean";
  }

  function add(one = {}) {
    const row = part("row", template.content).content.firstElementChild.cloneNode(true);
    part("name", row).value = one.name ?? "";
    part("type", row).value = one.type ?? "string";
    part("description", row).value = one.description ?? "";
    part("required", row).checked = one.required ?? false;
    part("choices", row).value = (one.enum ?? []).join("\n");
    describe(row);
    rows.append(row);
    return row;
  }

  function show(asRows, found = null) {
    box.classList.toggle("vx-as-rows", asRows);
    text.hidden = asRows;
    part("as-rows").setAttribute("aria-pressed", asRows);
    part("as-json").setAttribute("aria-pressed", !asRows);
    rows.replaceChildren();
    part("unshown").textContent = "";
    (found ?? []).forEach((one) => add(one));
    part("none").hidden = rows.children.length > 0;
  }

  function toRows() {
    const found = parsed(text.value);
    if (found) return show(true, found);
    show(false);
    part("unshown").textContent = words.unshown;
  }

  part("as-rows").addEventListener("click", toRows);
  part("as-json").addEventListener("click", () => {
    const wrong = box.classList.contains("vx-as-rows") && wrongField();
    if (wrong) return wrong.reportValidity();
    show(false);
    text.focus();
  });
  part("add").addEventListener("click", () => {
    part("none").hidden = true;
    part("name", add()).focus();
  });
  rows.addEventListener("input", (event) => {
    describe(event.target.closest("[data-part=one]"));
    write();
  });
  rows.addEventListener("click", (event) => {
    if (!event.target.closest("[data-part=remove]")) return;
    const row = event.target.closest("[data-part=one]");
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    part("none").hidden = rows.children.length > 0;
    (next ? part("name", next) : part("add")).focus();
    write();
  });
  text.form.addEventListener("submit", (event) => {
    const wrong = box.classList.contains("vx-as-rows") && wrongField();
    if (!wrong) return;
    event.preventDefault();
    wrong.reportValidity();
  });

  text.before(box);
  toRows();
});

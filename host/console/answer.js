// The answer box: sends without leaving the page, keeps what is written, says which of the two will happen. Not here: quick
// replies (quick.js).

import { refresh, show, toEnd } from "./live.js";
import { clearFiles, isUploading, setUpFiles } from "./files.js";
import { setUpQuick } from "./quick.js";

const $ = (id) => document.getElementById(id);
const draftKey = () => `desk.draft.${$("work").dataset.task}`;

function keepDraft() {
  const text = $("text").value;
  const suggestions = $("suggestions")?.value ?? "";
  if (text || suggestions) sessionStorage.setItem(draftKey(), JSON.stringify({ text, suggestions, notify: $("notify").checked }));
  else sessionStorage.removeItem(draftKey());
}

function takeDraft() {
  try {
    const draft = JSON.parse(sessionStorage.getItem(draftKey()));
    if (!draft || $("text").value) return;
    $("text").value = draft.text;
    $("notify").checked = draft.notify;
    if (draft.suggestions && $("offer")) {
      $("suggestions").value = draft.suggestions;
      $("offer").open = true;
    }
  } catch {
    // Not one of ours.
  }
}

function placeholder() {
  const { placeOn, placeOff } = $("answer").dataset;
  $("text").placeholder = $("notify").checked ? placeOn : placeOff;
}

/** The buttons as the customer will see them. */
function showOffered() {
  const titles = $("suggestions").value.split(";").map((title) => title.trim()).filter(Boolean);
  $("offered").replaceChildren(...titles.map((title) => Object.assign(document.createElement("li"), { textContent: title })));
}

function clearOffered() {
  if (!$("offer")) return;
  $("suggestions").value = "";
  $("offer").open = false;
  showOffered();
}

/** Sends a form and shows the page that comes back; says whether the desk did it. */
async function post(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const response = await fetch(form.action, { method: "POST", body });
  const fresh = show(await response.text());
  return { done: response.ok, fresh };
}

async function send(event) {
  event.preventDefault();
  const button = $("send");
  if (button.disabled || isUploading()) return;
  button.disabled = true;
  $("text").readOnly = true;
  button.classList.add("busy");
  let problem = "";
  try {
    const { done, fresh } = await post($("answer"), button);
    problem = done ? "" : (fresh.querySelector("[role=alert]:not(:empty)")?.textContent ?? "");
    if (done) {
      $("text").value = "";
      clearFiles();
      clearOffered();
      keepDraft();
    }
  } catch {
    problem = $("answer").dataset.doubt;
  }
  button.disabled = false;
  button.classList.remove("busy");
  $("text").readOnly = false;
  $("answer-problem").textContent = problem;
  $("text").focus();
  if (!problem) toEnd();
}

/** Forms in the page: retry, status, assignees. */
async function sendOther(event) {
  const form = event.target;
  if (!form.matches?.("form[data-send]")) return;
  event.preventDefault();
  document.activeElement?.blur();
  try {
    const { done, fresh } = await post(form, event.submitter);
    const said = done ? "" : (fresh.querySelector("[role=alert]:not(:empty)")?.textContent ?? "");
    if ($("answer-problem")) $("answer-problem").textContent = said;
    if (!done) await refresh();
  } catch {
    if ($("answer-problem")) $("answer-problem").textContent = $("answer").dataset.doubt;
  }
}

/** Once, at the start. */
export function setUpAnswer() {
  addEventListener("submit", sendOther);
  if (!$("answer")) return;
  setUpQuick(); // Before the box's own keys: Enter and Escape are the offer's while it is open.
  setUpFiles();
  takeDraft();
  placeholder();
  if ($("offer")) {
    showOffered();
    $("suggestions").addEventListener("input", () => { showOffered(); keepDraft(); });
  }
  $("answer").addEventListener("submit", send);
  $("notify").addEventListener("change", () => { placeholder(); keepDraft(); });
  $("text").addEventListener("input", () => { $("answer-problem").textContent = ""; keepDraft(); });
  $("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) $("answer").requestSubmit();
  });
}

// Files for an answer: chosen, dropped or pasted, sent to the desk at once, named in the form when it is sent. Not here: what the
// customer gets of them.

const $ = (id) => document.getElementById(id);

/** The ids of what is attached, as the form sends them. */
function tellForm() {
  $("attachments").value = [...$("files").children].map((chip) => chip.dataset.id).filter(Boolean).join(",");
}

export function isUploading() {
  return $("files").querySelector(".busy") !== null;
}

export function clearFiles() {
  $("files").replaceChildren();
  tellForm();
}

function chipOf(name) {
  const chip = document.createElement("li");
  const remove = document.createElement("button");
  Object.assign(remove, { type: "button", className: "plain", textContent: "×" });
  remove.setAttribute("aria-label", $("files").dataset.remove.replace("{name}", name));
  remove.addEventListener("click", () => { chip.remove(); tellForm(); });
  chip.append(name, remove);
  chip.classList.add("busy");
  return chip;
}

async function upload(file) {
  const chip = chipOf(file.name || "file");
  $("files").append(chip);
  try {
    const response = await fetch(`${$("files").dataset.to}?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(answer.detail ?? $("answer").dataset.doubt);
    chip.dataset.id = String(answer.id);
    chip.classList.remove("busy");
  } catch (error) {
    chip.remove();
    $("answer-problem").textContent = error.message;
  }
  tellForm();
}

const take = (files) => [...files].forEach(upload);

/** Once, at the start. */
export function setUpFiles() {
  const pane = $("task-pane");
  $("choose").addEventListener("change", () => { take($("choose").files); $("choose").value = ""; });
  $("text").addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });
  pane.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    pane.classList.add("dropping");
  });
  for (const end of ["dragleave", "drop"]) pane.addEventListener(end, () => pane.classList.remove("dropping"));
  pane.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}

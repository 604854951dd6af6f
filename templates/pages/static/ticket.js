// The page of a ticket: what is typed is kept on the server as it is typed, and nothing takes it away.
const writing = () => document.querySelector("[data-drafts]");
const texts = () => [...document.querySelectorAll("[data-draft]")];
const isTyped = () => texts().some((box) => box.value.trim());
const say = (key) => {
  const place = document.querySelector("[data-kept]");
  if (place) place.textContent = key ? writing().dataset[key] : "";
};
let unsaved = false;
let timer = 0;
const backup = () => `ticket ${writing().dataset.unsent}`;
const collect = () => {
  const form = new FormData();
  form.set("word", document.querySelector("[name=word]").value);
  for (const box of texts()) form.set(box.dataset.draft, box.value);
  return new URLSearchParams(form);
};
const later = (wait) => {
  clearTimeout(timer);
  timer = setTimeout(keep, wait);
};
// Whoever has logged in again elsewhere in this browser has another word in their forms.
const learnWord = async () => {
  const page = new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), "text/html");
  const word = page.querySelector("[name=word]")?.value;
  for (const field of document.querySelectorAll("[name=word]")) if (word) field.value = word;
  return Boolean(word);
};
async function keep() {
  if (!writing() || !unsaved) return;
  const sent = collect();
  try {
    const answer = await fetch(writing().dataset.drafts, { method: "POST", body: sent, headers: { "hx-request": "true" } });
    if (answer.headers.has("hx-redirect")) return lose("sayOut");
    if (answer.status === 403) return (await learnWord()) ? later(1000) : lose("sayOut");
    if (!answer.ok) return lose("sayLost");
    document.getElementById("presence").outerHTML = await answer.text();
    htmx.process(document.getElementById("presence"));
  } catch {
    return lose("sayLost");
  }
  if (String(sent) !== String(collect())) return later(400);
  unsaved = false;
  sessionStorage.removeItem(backup());
  say("sayKept");
}
function lose(why) {
  say(why);
  later(5000);
}
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-draft]")) return;
  unsaved = true;
  say("");
  sessionStorage.setItem(backup(), JSON.stringify(Object.fromEntries(texts().map((box) => [box.dataset.draft, box.value]))));
  later(800);
});
addEventListener("online", () => later(0));
addEventListener("beforeunload", (event) => {
  if (unsaved && isTyped()) event.preventDefault();
});
// What a crash has kept from the server comes back, unless something newer is there.
if (writing()) {
  const kept = JSON.parse(sessionStorage.getItem(backup()) ?? "{}");
  for (const box of texts()) {
    if (!box.value.trim() && kept[box.dataset.draft]) {
      box.value = kept[box.dataset.draft];
      unsaved = true;
    }
  }
  if (unsaved) later(100);
}
// A log-out elsewhere leads to the log-in page, but not away from words.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (!event.detail.xhr.getResponseHeader("hx-redirect") || !isTyped()) return;
  event.preventDefault();
  say("sayOut");
});
document.addEventListener("htmx:sendError", () => say("sayLost"));
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (target.matches("[data-keep]")) {
    const isDirty = [...target.querySelectorAll("input:not([type=hidden]), select")].some((field) =>
      field.type === "checkbox" ? field.checked !== field.defaultChecked : field.matches("input") && field.value !== field.defaultValue,
    );
    if (isDirty || target.contains(document.activeElement)) event.detail.shouldSwap = false;
  }
  if (writing() && target === document.body && xhr.status < 400) {
    unsaved = false;
    sessionStorage.removeItem(backup());
  }
});
document.addEventListener("htmx:afterSwap", (event) => {
  const inserted = document.querySelector("[data-inserted]");
  if (inserted) {
    const box = document.getElementById("reply");
    box.value = inserted.value;
    inserted.remove();
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  }
  const story = document.getElementById("story");
  if (event.detail.target.id !== "story" || !story) return;
  // What happened is before everybody's eyes now; only who has words half written is asked to look first.
  for (const field of document.querySelectorAll("[name=seen]")) {
    const box = field.form.querySelector("[data-draft]");
    if (field.closest("[data-keep]") || field.value === story.dataset.seen) continue;
    if (!box?.value.trim()) field.value = story.dataset.seen;
    else document.querySelector("[data-since]").hidden = false;
  }
});
document.addEventListener("toggle", (event) => event.target.open && event.target.matches(".declining") && event.target.querySelector("input:not([type=hidden])")?.focus(), true);

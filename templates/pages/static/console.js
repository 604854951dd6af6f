// Conveniences of the console: the menu on a phone, live parts, keys. Every page works without.
document.documentElement.classList.add("with-script");
const menu = document.querySelector("[data-menu]");
if (menu) {
  menu.hidden = false;
  menu.addEventListener("click", () => {
    const isOpen = document.getElementById("ways").classList.toggle("open");
    menu.setAttribute("aria-expanded", String(isOpen));
  });
}
// Live parts: an element with data-live="tickets" is told by the event live:tickets on the body; htmx fetches it anew
// (hx-trigger="live:tickets from:body"). One connection a page, whatever it watches.
const topics = new Set([...document.querySelectorAll("[data-live]")].flatMap((part) => part.dataset.live.split(" ")));
if (topics.size) {
  const query = [...topics].map((topic) => `topic=${encodeURIComponent(topic)}`).join("&");
  const tell = (topic) => document.body.dispatchEvent(new Event(`live:${topic}`));
  let source = null;
  let hasMissed = false;
  const close = () => { source?.close(); source = null; };
  const open = () => {
    if (source) return;
    source = new EventSource(`${document.body.dataset.root}/console/live?${query}`);
    source.addEventListener("changed", ({ data }) => tell(data));
    source.addEventListener("over", close);
    // After a gap nobody knows what has changed in it.
    source.addEventListener("open", () => { if (hasMissed) topics.forEach(tell); hasMissed = false; });
    source.addEventListener("error", () => { hasMissed = true; });
  };
  // A browser has six connections to a server (HTTP/1.1): pages that nobody sees give theirs back.
  const heed = () => { if (document.visibilityState === "visible") open(); else { close(); hasMissed = true; } };
  document.addEventListener("visibilitychange", heed);
  addEventListener("pagehide", () => { close(); hasMissed = true; });
  addEventListener("pageshow", heed);
}
// An answer that is another page (nobody is logged in any more, or a fault): shown as a whole, as without htmx.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 422) [event.detail.shouldSwap, event.detail.isError] = [true, false];
  else if (xhr.status >= 400) event.detail.shouldSwap = false;
});
// Keys: data-key="g t" on a link or button presses it, unless somebody is typing.
// Whoever speaks to their machine turns them off (WCAG 2.2, 2.1.4).
const keysAreOff = () => localStorage.getItem("keys") === "off";
let pressed = "";
document.addEventListener("keydown", (event) => {
  if (keysAreOff() || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  pressed = `${pressed} ${event.key}`.slice(-3).trim();
  const wanted = [event.key, pressed].map((key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`)).find(Boolean);
  if (!wanted) return;
  event.preventDefault();
  pressed = "";
  if (wanted.matches("input, textarea, select")) wanted.focus();
  else wanted.click();
});
// Faults lead to their line: data-line="12" data-of="the textarea's id".
for (const button of document.querySelectorAll("[data-line]")) {
  button.addEventListener("click", () => {
    const area = document.getElementById(button.dataset.of);
    const lines = area.value.split("\n");
    const start = lines.slice(0, button.dataset.line - 1).join("\n").length + (button.dataset.line > 1 ? 1 : 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[button.dataset.line - 1] || "").length);
    area.scrollTop = (button.dataset.line - 4) * (area.scrollHeight / lines.length);
  });
}
// data-opens="id" on a button opens that dialog; data-keys-off in one turns keys off.
for (const button of document.querySelectorAll("[data-opens]")) {
  button.hidden = false;
  button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
}
for (const box of document.querySelectorAll("[data-keys-off]")) {
  box.checked = keysAreOff();
  box.addEventListener("change", () => localStorage.setItem("keys", box.checked ? "off" : "on"));
}
// A picture that was chosen, as it will be: drawn here, so that nothing is sent before the form is.
for (const input of document.querySelectorAll("[data-picture]")) {
  const canvas = document.getElementById(input.dataset.picture);
  const square = document.querySelector(`[data-square="${input.dataset.picture}"]`);
  const draw = async () => {
    const picture = input.files[0] && await createImageBitmap(input.files[0]).catch(() => null);
    canvas.hidden = !picture;
    if (!picture) return;
    const [width, height] = [picture.width, picture.height];
    const scale = (square?.checked ? Math.max : Math.min)(canvas.width / width, canvas.height / height);
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, (canvas.width - width * scale) / 2, (canvas.height - height * scale) / 2, width * scale, height * scale);
  };
  input.addEventListener("change", draw);
  square?.addEventListener("change", draw);
}
// The mail beside a form: sent into a frame with each change. A fresh frame each time, or Back would go through them
// all; the one that shows stays until the next has loaded, and for good where there is nothing to show (204).
for (const form of document.querySelectorAll("form[data-preview]")) {
  const button = form.querySelector("[data-preview-button]");
  let timer = 0;
  let number = 0;
  const show = () => {
    const holder = document.querySelector(".mail-frame");
    holder.querySelectorAll(".coming").forEach((late) => late.remove());
    const frame = holder.querySelector("iframe").cloneNode();
    frame.removeAttribute("src");
    number += 1;
    button.formTarget = frame.name = `mail-preview-${number}`;
    frame.className = "coming";
    holder.append(frame);
    frame.addEventListener("load", () => {
      if (!frame.isConnected || !frame.dataset.sent) return;
      holder.querySelectorAll("iframe:not(.coming)").forEach((old) => old.remove());
      frame.className = "";
    });
    frame.dataset.sent = "yes";
    form.requestSubmit(button);
  };
  const wait = (after) => {
    clearTimeout(timer);
    timer = setTimeout(show, after);
  };
  form.addEventListener("input", () => wait(600));
  for (const field of form.elements) if (field.name === "look") field.addEventListener("change", () => wait(0));
}
// A choice of time zones that nobody has made yet begins with the reader's own.
for (const zones of document.querySelectorAll("select[data-zone]")) {
  const own = [...zones.options].find((option) => option.value === Intl.DateTimeFormat().resolvedOptions().timeZone);
  if (own) own.selected = true;
}

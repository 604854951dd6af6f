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
  const source = new EventSource(`${document.body.dataset.root}/console/live?${query}`);
  source.addEventListener("changed", ({ data }) => document.body.dispatchEvent(new Event(`live:${data}`)));
  addEventListener("pagehide", () => source.close());
}
// An answer that is another page (nobody is logged in any more, or a fault): shown as a whole, as without htmx.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 422) event.detail.shouldSwap = true;
  else if (xhr.status >= 400) event.detail.shouldSwap = false;
});
// Keys: data-key="g t" on a link or button presses it, unless somebody is typing.
let pressed = "";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  pressed = `${pressed} ${event.key}`.slice(-3).trim();
  const wanted = [event.key, pressed].map((key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`)).find(Boolean);
  if (!wanted) return;
  event.preventDefault();
  pressed = "";
  if (wanted.matches("input, textarea, select")) wanted.focus();
  else wanted.click();
});

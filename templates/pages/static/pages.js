// Conveniences: copying a text or a signature, showing a password while it is typed, switches that htmx sends. Every page
// works without.
function tellDone(button) {
  button.textContent = button.dataset.done;
  document.getElementById("said").textContent = button.dataset.done;
}
function offerToCopy(part) {
  for (const button of part.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.value);
      } catch {
        source.select();
        document.execCommand("copy");
      }
      tellDone(button);
    });
  }
}
offerToCopy(document);
// By the event first: navigator.clipboard.write parses the HTML in this page, whose policy then complains of its styles.
function giveByEvent(kinds) {
  let isGiven = false;
  const give = (event) => {
    for (const [kind, text] of Object.entries(kinds)) event.clipboardData.setData(kind, text);
    event.preventDefault();
    isGiven = true;
  };
  document.addEventListener("copy", give);
  document.execCommand("copy");
  document.removeEventListener("copy", give);
  return isGiven;
}
for (const button of document.querySelectorAll("[data-copy-html]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const kinds = {
      "text/html": document.getElementById(button.dataset.copyHtml).value,
      "text/plain": document.getElementById(button.dataset.copyPlain).value,
    };
    if (!giveByEvent(kinds)) {
      const blobs = Object.entries(kinds).map(([kind, text]) => [kind, new Blob([text], { type: kind })]);
      await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
    }
    tellDone(button);
  });
}
for (const button of document.querySelectorAll("[data-reveal]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = button.getAttribute("aria-pressed") === "true";
    for (const field of document.querySelectorAll(button.dataset.reveal)) field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  });
}
// That a person is here, and no scanner of mails: told once, by the first key or button that is really pressed.
const opened = document.querySelector("[data-opened]");
function tellOpened(event) {
  if (!event.isTrusted) return;
  for (const kind of ["pointerdown", "keydown"]) removeEventListener(kind, tellOpened, true);
  const word = opened.dataset.word ?? "";
  fetch(opened.dataset.opened, { method: "POST", body: new URLSearchParams({ word }), keepalive: true }).catch(() => {});
}
if (opened) for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, tellOpened, true);
// What htmx has put in place of a part of the page: its buttons work, and it says what has become of it.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const part = document.getElementById(detail.target.id);
  offerToCopy(part);
  document.getElementById("said").textContent = part.dataset.said;
});
// A fault, or an answer that is another page (nobody is logged in any more): as without htmx.
function submitPlainly(event) {
  event.preventDefault();
  event.detail.requestConfig.elt.submit();
}
document.addEventListener("htmx:sendError", submitPlainly);
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status >= 400 || new URL(xhr.responseURL).pathname !== location.pathname) submitPlainly(event);
});

// The queue: keys, selecting, and that a list that is fetched anew leaves everything where it was.
const queue = () => document.getElementById("queue");
const rows = () => [...document.querySelectorAll("#queue tr[data-ticket]")];
const rowOf = (element) => element?.closest?.("tr[data-ticket]");
const linkIn = (row) => row.querySelector("a.row-link");
const boxIn = (row) => row.querySelector("input[name=ticket]");
let last = null; // the ticket that keys act on

const count = () => {
  const boxes = rows().map(boxIn);
  const chosen = boxes.filter((box) => box.checked).length;
  const said = document.querySelector("[data-selected]");
  if (said) said.textContent = chosen ? `${chosen} ${said.dataset.word}` : "";
  const all = document.querySelector("[data-all]");
  if (!all) return;
  all.hidden = false;
  const box = all.querySelector("input");
  box.checked = chosen > 0 && chosen === boxes.length;
  box.indeterminate = chosen > 0 && chosen < boxes.length;
};
document.addEventListener("change", ({ target }) => {
  if (target.closest("[data-all]")) rows().forEach((row) => { boxIn(row).checked = target.checked; });
  if (target.closest("#queue")) count();
});
document.addEventListener("focusin", ({ target }) => { last = rowOf(target)?.dataset.ticket ?? last; });

const current = () => rows().find((row) => row.dataset.ticket === last);
const go = (step) => {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
  linkIn(next).focus();
  next.scrollIntoView({ block: "nearest" });
};
const acts = {
  j: () => go(1),
  k: () => go(-1),
  o: () => current() && linkIn(current()).click(),
  x: () => current() && boxIn(current()).click(),
  c: () => current()?.querySelector("button[name=claim]")?.click(),
};
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || keysAreOff()) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog, [contenteditable]")) return;
  if (!Object.hasOwn(acts, event.key)) return;
  event.preventDefault();
  acts[event.key]();
});

// What is selected, what has the focus and what is in view stay as they were.
let kept = null;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target !== queue()) return;
  const focused = document.activeElement;
  const isInside = queue().contains(focused);
  const anchor = (isInside && rowOf(focused)) || rows().find((row) => row.getBoundingClientRect().bottom > 0);
  kept = {
    chosen: new Set(rows().filter((row) => boxIn(row).checked).map((row) => row.dataset.ticket)),
    focus: isInside ? { id: focused.id, ticket: rowOf(focused)?.dataset.ticket } : null,
    anchor: anchor?.dataset.ticket,
    top: anchor?.getBoundingClientRect().top,
    keepsChoice: detail.requestConfig?.verb === "get",
  };
});
document.addEventListener("htmx:afterSwap", () => {
  if (!kept) return;
  const { chosen, focus, anchor, top, keepsChoice } = kept;
  kept = null;
  const byTicket = new Map(rows().map((row) => [row.dataset.ticket, row]));
  if (keepsChoice) chosen.forEach((ticket) => { if (byTicket.has(ticket)) boxIn(byTicket.get(ticket)).checked = true; });
  count();
  if (focus) {
    const row = byTicket.get(focus.ticket);
    const next = (focus.id && document.getElementById(focus.id)) || (row ? linkIn(row) : rows()[0] && linkIn(rows()[0]));
    next?.focus({ preventScroll: true });
  }
  const row = byTicket.get(anchor);
  if (row) scrollBy({ top: row.getBoundingClientRect().top - top, behavior: "instant" });
});
count();

// Two conveniences: copying a text, and showing a password while it is typed. Every page works without.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.value);
    } catch {
      source.select();
      document.execCommand("copy");
    }
    button.textContent = button.dataset.done;
    document.getElementById("said").textContent = button.dataset.done;
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

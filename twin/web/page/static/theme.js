// Light or dark: as the system is, until the visitor chooses. Runs before the first paint.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

  try {
    root.dataset.theme ||= localStorage.getItem("twin.theme") ?? "";
  } catch {
    // no storage is allowed here: the choice lasts as long as the page
  }

  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const show = () => {
      button.ariaLabel = button.title = isDark() ? button.dataset.light : button.dataset.dark; // what it will do
      button.classList.toggle("to-light", isDark());
    };
    show();
    system.addEventListener("change", show);
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      show();
      try {
        localStorage.setItem("twin.theme", root.dataset.theme);
      } catch {
        // as above
      }
    });
  });
})();

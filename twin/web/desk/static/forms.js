// A form is sent once: a double click would say or answer the same twice.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.target || event.defaultPrevented) return; // opens another page, or is sent by a script
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "true";
});

addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent; // the browser went back to the page
});

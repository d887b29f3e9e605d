// A link's token stands behind the #, so that no server's log has it; here it is sent, and taken out of the address.

const token = location.hash.slice(1);

if (token) {
  history.replaceState(null, "", location.pathname);
  document.querySelector("#token").value = token;
  document.querySelector("#link").submit();
}

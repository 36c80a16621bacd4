// Before anything is drawn: the theme that was chosen, so that no wrong one flashes up.
// No module, as those wait for the document.

try {
  const theme = localStorage.getItem("autoscaler.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is shut: the system's theme it is.
}

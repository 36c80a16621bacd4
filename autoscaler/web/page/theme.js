// The button for the theme: the system's, light, dark.

import { setAttribute, setText } from "./dom.js";
import { icon, setIcon } from "./icons.js";
import { choose, chosen } from "./preferences.js";

const THEMES = ["system", "light", "dark"];
const ICONS = { system: "auto", light: "sun", dark: "moon" };

/** Make the button work; `changed` is told after each change. */
export function themeButton(button) {
  const picture = icon("auto");
  const words = button.querySelector("[data-words]");
  button.prepend(picture);

  function apply(theme) {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    setIcon(picture, ICONS[theme]);
    setText(words, `Theme: ${theme}`);
    setAttribute(button, "title", `Theme: ${theme}`);
  }

  let theme = chosen("theme", THEMES);
  apply(theme);
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    choose("theme", theme);
    apply(theme);
  });
}

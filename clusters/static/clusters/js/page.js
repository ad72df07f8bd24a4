// What every page has: it says that scripts run, and starts the small helpers.

import { keepAges } from "./ages.js";
import { offerCopies } from "./copy.js";
import { watchLive } from "./live.js";
import { tameMenus } from "./menus.js";
import { switchTheme } from "./theme.js";

document.documentElement.classList.add("scripted");
keepAges();
offerCopies();
tameMenus();
switchTheme();
watchLive();

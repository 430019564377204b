import add from "../../node_modules/dkfds/dist/img/svg-icons/plus.svg?raw";
import arrow from "../../node_modules/dkfds/dist/img/svg-icons/arrow-forward.svg?raw";
import back from "../../node_modules/dkfds/dist/img/svg-icons/chevron-left.svg?raw";
import check from "../../node_modules/dkfds/dist/img/svg-icons/check.svg?raw";
import close from "../../node_modules/dkfds/dist/img/svg-icons/close.svg?raw";
import download from "../../node_modules/dkfds/dist/img/svg-icons/download.svg?raw";
import error from "../../node_modules/dkfds/dist/img/svg-icons/error.svg?raw";
import info from "../../node_modules/dkfds/dist/img/svg-icons/info.svg?raw";
import lock from "../../node_modules/dkfds/dist/img/svg-icons/lock.svg?raw";
import menu from "../../node_modules/dkfds/dist/img/svg-icons/menu.svg?raw";
import print from "../../node_modules/dkfds/dist/img/svg-icons/print.svg?raw";
import speak from "../../node_modules/dkfds/dist/img/svg-icons/headset.svg?raw";
import success from "../../node_modules/dkfds/dist/img/svg-icons/success.svg?raw";
import undo from "../../node_modules/dkfds/dist/img/svg-icons/reply.svg?raw";
import warning from "../../node_modules/dkfds/dist/img/svg-icons/warning.svg?raw";

/** The drawings of the design system that the pages use, as the two attributes a drawing needs. */
const raw = { add, arrow, back, check, close, download, error, info, lock, menu, print, speak, success, undo, warning };

export type IconName = keyof typeof raw;

export function drawing(name: IconName): { box: string; path: string } {
  return {
    box: /viewBox="([^"]+)"/.exec(raw[name])?.[1] ?? "0 0 24 24",
    path: /<path[^>]*\sd="([^"]+)"/.exec(raw[name])?.[1] ?? "",
  };
}

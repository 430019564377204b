// Every nemesis: { name, targets or roads, start(site, target, random) -> { what, kills?, stop() } }. start() brings one evil over one
// process or road; stop() takes it away again, and brings back the process if it has died of it.
import * as clock from "./clock.mjs";
import * as crowd from "./crowd.mjs";
import * as cut from "./cut.mjs";
import * as disk from "./disk.mjs";
import * as kill from "./kill.mjs";
import * as pause from "./pause.mjs";
import * as power from "./power.mjs";
import * as rewrite from "./rewrite.mjs";
import * as slow from "./slow.mjs";

export const nemeses = { clock, crowd, cut, disk, kill, pause, power, rewrite, slow };

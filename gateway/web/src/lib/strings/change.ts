/** Changing a consent that is in force: less of it, or longer. */
export const change = {
  "change.narrow": ["Indskrænk", "Narrow"],
  "change.narrow.of": ["Indskrænk: {arrow}", "Narrow: {arrow}"],
  "change.renew": ["Forny", "Renew"],
  "change.renew.of": ["Forny: {arrow}", "Renew: {arrow}"],
  "change.gone": ["Samtykket gælder ikke mere, eller det er allerede ændret.", "The consent is no longer in force, or it has been changed already."],
  "change.back": ["Tilbage til mine samtykker", "Back to my consents"],
  "narrow.title": ["Indskrænk et samtykke", "Narrow a consent"],
  "narrow.lead": [
    "Del mindre end før, eller stop tidligere. Borgeren skal ikke forklare hvorfor. Det gælder med det samme.",
    "Share less than before, or stop earlier. The citizen need not explain why. It counts at once.",
  ],
  "narrow.lead.own": [
    "Du kan lade dem få mindre at vide end før, eller stoppe tidligere. Du skal ikke forklare hvorfor. Det gælder med det samme.",
    "You can let them be told less than before, or stop earlier. You need not explain why. It counts at once.",
  ],
  "narrow.kept": ["Hvad må stadig deles?", "What may still be shared?"],
  "narrow.kept.hint": ["Fjern krydset ved det, der ikke må deles mere.", "Take the tick away at what may not be shared any more."],
  "narrow.until.same": ["Som nu, til og med {day}", "As now, until {day}"],
  "narrow.until.date": ["Til en tidligere dag", "Until an earlier day"],
  "narrow.wrong.nothing-left": [
    "Der er ikke noget tilbage. Vil borgeren stoppe det hele, så brug “Træk et ja tilbage”.",
    "Nothing is left. If the citizen wants to stop all of it, use “Take back a yes”.",
  ],
  "narrow.wrong.nothing-left.own": [
    "Der er ikke noget tilbage. Vil du stoppe det hele, så tryk “Stop” på siden “Mine samtykker”.",
    "Nothing is left. If you want to stop all of it, press “Stop” on the page “My consents”.",
  ],
  "narrow.wrong.no-change": ["Fjern et kryds, eller vælg en tidligere dag.", "Take a tick away, or choose an earlier day."],
  "narrow.wrong.bad-day": ["Vælg en dag fra i dag og senest {day}.", "Choose a day from today and no later than {day}."],
  "narrow.act": ["Indskrænk nu", "Narrow it now"],
  "narrow.done": ["Samtykket er indskrænket. Det gælder med det samme.", "The consent is narrowed. It counts at once."],
  "renew.title": ["Forny et samtykke", "Renew a consent"],
  "renew.lead": [
    "Det samme som før, med en ny sidste dag. Læs teksten højt igen. Intet ændres, før borgeren har sagt ja, og ja'et skal stå lige så stærkt som første gang.",
    "The same as before, with a new last day. Read the text aloud again. Nothing changes before the citizen has said yes, and the yes must stand as strong as the first time.",
  ],
  "renew.lead.own": [
    "Det samme som før, med en ny sidste dag. Læs teksten igen. Intet ændres, før du har sagt ja.",
    "The same as before, with a new last day. Read the text again. Nothing changes before you have said yes.",
  ],
  "renew.no": [
    "Det er helt i orden, og der er ikke noget at skrive ned. Samtykket gælder som nu til og med {day}. Vil borgeren stoppe det før, så brug “Indskrænk” eller “Træk et ja tilbage”.",
    "That is quite all right, and there is nothing to write down. The consent holds as now until {day}. If the citizen wants to stop it before, use “Narrow” or “Take back a yes”.",
  ],
  "renew.another-day": ["Samtykket gælder som nu til og med {day}.", "The consent holds as now until {day}."],
  "renew.not-now": ["Ikke nu", "Not now"],
  "renew.done": ["Samtykket er fornyet.", "The consent is renewed."],
  "renew.done.own": ["Du har fornyet dit ja.", "You have renewed your yes."],
} as const;

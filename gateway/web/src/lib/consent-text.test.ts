import assert from "node:assert/strict";
import { test } from "node:test";
import { blocksOf, fillGaps, known, sentencesOf, spoken, unbroken, type Gaps } from "./consent-text";

const gaps: Gaps = {
  words: { formål: "Finde eller beholde en bolig", modtager: "Boligenheden", egne_ord: "" },
  lists: { afsender: ["Perron 4"], kategori: ["Kontaktoplysninger", "Bolig og hjemløshed"] },
  conditions: { kun_hvis_begge_veje: false },
};

test("fills words, lists and conditions", () => {
  for (const [body, want] of [
    ["Vi vil hjælpe med: **{formål}**.", "Vi vil hjælpe med: **Finde eller beholde en bolig**."],
    ["{afsender_1}{, afsender_2}", "Perron 4"],
    ["☐ {kategori_1}", "☐ Kontaktoplysninger ☐ Bolig og hjemløshed"],
    ["☐ {kategori_1} ☐ {kategori_2} ☐ {kategori_3}", "☐ Kontaktoplysninger ☐ Bolig og hjemløshed"],
    ["a {kun_hvis_begge_veje: De må også.} b", "a  b"],
    ["Ring {telefon}", "Ring ____________________"],
    ["egne: {egne_ord}.", "egne: ."],
  ] as const) {
    assert.equal(fillGaps(body, gaps), want);
  }
  const both = { ...gaps, lists: { afsender: ["Perron 4", "Slotsgården"] }, conditions: { kun_hvis_begge_veje: true } };
  assert.equal(fillGaps("{afsender_1}{, afsender_2}{kun_hvis_begge_veje: Begge {modtager}.}", both), "Perron 4, SlotsgårdenBegge Boligenheden.");
});

test("own words are put in as they are", () => {
  assert.equal(fillGaps("{egne_ord}", { ...gaps, words: { egne_ord: "ikke {formål}" } }), "ikke {formål}");
});

test("what nobody has told leaves a line to write on", () => {
  const stop = "Sig det til {kontaktperson_rolle} på {sted}, ring på {telefon}. {kontakt_dpo}";
  const words = { kontaktperson_rolle: "personalet", sted: "Jernbanegade 4D", telefon: "", kontakt_dpo: "" };
  assert.equal(fillGaps(stop, { ...gaps, words: known(words) }), "Sig det til personalet på Jernbanegade 4D, ring på ____________________. ____________________");
  const whole = known({ ...words, telefon: "00 00 00 01", kontakt_dpo: "Ring 00 00 00 99." });
  assert.equal(fillGaps(stop, { ...gaps, words: whole }), "Sig det til personalet på Jernbanegade 4D, ring på 00 00 00 01. Ring 00 00 00 99.");
});

test("a telephone number is not broken", () => {
  assert.equal(unbroken("Ring på tlf. 00 00 00 01 i dag"), "Ring på tlf. 00\u00a000\u00a000\u00a001 i dag");
});

test("sentences stay whole", () => {
  assert.deepEqual(sentencesOf("Du kan sige ja. Du kan sige nej. **Du får hjælp. Altid.** Tekst nr. 3 gælder."), [
    "Du kan sige ja.",
    "Du kan sige nej.",
    "**Du får hjælp. Altid.**",
    "Tekst nr. 3 gælder.",
  ]);
  assert.deepEqual(sentencesOf("Fra 1. marts til 2. juni 2027. Så stopper det."), ["Fra 1. marts til 2. juni 2027.", "Så stopper det."]);
});

test("a line begins a sentence", () => {
  const [block] = blocksOf("**Hvem giver?** Perron 4\n**Hvem får?** Boligenheden");
  assert.deepEqual(block?.sentences.map((sentence) => sentence.map((part) => part.text).join("")), ["Hvem giver?", "Perron 4", "Hvem får?", "Boligenheden"]);
});

test("headings, ticks without a word and small print", () => {
  const blocks = blocksOf("**Ja eller nej**\n\n**Hvilke?** Sæt kryds:\n☐ Kontakt ☐ \nAlt andet deler vi ikke.\n\n*Tekst nr. 1.*");
  assert.deepEqual(blocks.map((block) => block.kind), ["heading", "paragraph", "ticks", "paragraph", "small"]);
  assert.deepEqual(blocks[2]?.sentences, [[{ text: "☐ Kontakt", bold: false }]]);
  assert.deepEqual(spoken(blocks), ["Ja eller nej", "Hvilke?", "Sæt kryds:", "Kontakt", "Alt andet deler vi ikke.", "Tekst nr. 1."]);
});

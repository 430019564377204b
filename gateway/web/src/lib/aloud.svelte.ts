import { currentLanguage, type Language } from "./i18n.svelte";

/** Reads lines aloud with the browser's own voice, slowly; a second press is quiet. */
export class Aloud {
  speaking = $state(false);
  readonly possible = "speechSynthesis" in globalThis;

  toggle(lines: string[], language: Language = currentLanguage()): void {
    if (this.speaking) return this.quiet();
    this.speaking = lines.length > 0;
    lines.forEach((line, index) => {
      const voice = new SpeechSynthesisUtterance(line);
      voice.lang = language === "en" ? "en-GB" : "da-DK";
      voice.rate = 0.9;
      if (index === lines.length - 1) voice.onend = () => (this.speaking = false);
      speechSynthesis.speak(voice);
    });
  }

  quiet(): void {
    if (this.possible) speechSynthesis.cancel();
    this.speaking = false;
  }
}

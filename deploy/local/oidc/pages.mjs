// The issuer's pages: plain HTML that works with a keyboard, a screen reader and without scripts. Danish first.

const words = {
  da: {
    title: "Log ind",
    demo: "Dette er en demo på én maskine. Personerne findes ikke. Vælg, hvem du vil være.",
    again: "En person til skal logge ind for at bekræfte.",
    staff: "Medarbejdere",
    citizens: "Borgere",
    password: "Adgangskode",
    passwordHint: "Den samme for alle i demoen.",
    submit: "Log ind",
    cancel: "Fortryd",
    other: "English",
    wrong: "Adgangskoden passer ikke. Prøv igen.",
    none: "Vælg en person på listen.",
    error: "Det gik ikke",
    errorText: "Log-ind er udløbet eller brugt. Gå tilbage til siden, du kom fra, og prøv igen.",
    logout: "Log ud",
    logoutText: "Vil du logge ud?",
  },
  en: {
    title: "Log in",
    demo: "This is a demo on one machine. The persons do not exist. Choose who you want to be.",
    again: "One more person has to log in to confirm.",
    staff: "Staff",
    citizens: "Citizens",
    password: "Password",
    passwordHint: "The same for everybody in the demo.",
    submit: "Log in",
    cancel: "Cancel",
    other: "Dansk",
    wrong: "The password is not right. Try again.",
    none: "Choose a person in the list.",
    error: "That did not work",
    errorText: "The login has expired or was used. Go back to the page you came from and try again.",
    logout: "Log out",
    logoutText: "Do you want to log out?",
  },
};

export const escape = (text) =>
  String(text).replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);

// "da" or "en": what was asked for in the address, then by the client, then by the browser.
export function languageOf(query, uiLocales, acceptLanguage) {
  for (const wish of [query, ...(uiLocales ?? "").split(" "), ...(acceptLanguage ?? "").split(",")]) {
    const two = (wish ?? "").trim().slice(0, 2).toLowerCase();
    if (two in words) return two;
  }
  return "da";
}

export function page(language, title, body) {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} – Brobygger</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><p class="name">Brobygger</p></header>
<main>
<h1>${escape(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

function choice(account, language, chosen) {
  const id = escape(account.id);
  return `<div class="choice"><input type="radio" name="account" id="account-${id}" value="${id}" required${account.id === chosen ? " checked" : ""}>
<label for="account-${id}">${escape(language === "da" ? account.label_da : account.label_en)}</label></div>`;
}

// The login page. problem: "wrong", "none" or undefined.
export function loginPage({ language, uid, accounts, again, problem, chosen }) {
  const w = words[language];
  const other = language === "da" ? "en" : "da";
  const group = (legend, list) => (list.length ? `<fieldset><legend>${w[legend]}</legend>\n${list.map((a) => choice(a, language, chosen)).join("\n")}\n</fieldset>` : "");
  return page(
    language,
    w.title,
    `<p>${again ? w.again : w.demo}</p>
${problem ? `<p class="problem" role="alert" id="problem">${w[problem]}</p>` : ""}
<form method="post" action="/interaction/${escape(uid)}?lang=${language}">
${group("staff", accounts.filter((a) => !a.roles.includes("CITIZEN")))}
${group("citizens", accounts.filter((a) => a.roles.includes("CITIZEN")))}
<div class="field"><label for="password">${w.password}</label>
<p class="hint" id="password-hint">${w.passwordHint}</p>
<input type="password" id="password" name="password" autocomplete="current-password" required aria-describedby="password-hint${problem ? " problem" : ""}"${problem === "wrong" ? ' aria-invalid="true"' : ""}></div>
<div class="actions"><button type="submit">${w.submit}</button></div>
</form>
<form method="post" action="/interaction/${escape(uid)}/abort?lang=${language}"><button type="submit" class="plain">${w.cancel}</button></form>
<p><a href="/interaction/${escape(uid)}?lang=${other}" lang="${other}" hreflang="${other}">${w.other}</a></p>`,
  );
}

export function errorPage(language) {
  const w = words[language];
  return page(language, w.error, `<p>${w.errorText}</p>`);
}

// `form` is oidc-provider's own form with id op.logoutForm.
export function logoutPage(language, form) {
  const w = words[language];
  return page(
    language,
    w.logout,
    `<p>${w.logoutText}</p>
${form}
<div class="actions"><button form="op.logoutForm" type="submit" name="logout" value="yes" autofocus>${w.logout}</button></div>`,
  );
}

export const style = `
:root { color-scheme: light; font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
body { margin: 0; }
header { border-bottom: 1px solid #bfbfbf; padding: .5rem 1rem; }
.name { font-weight: 600; margin: 0 auto; max-width: 40rem; }
main { max-width: 40rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 1rem 0; }
fieldset { border: 0; margin: 1.5rem 0; padding: 0; }
legend { font-weight: 600; font-size: 1.125rem; padding: 0; margin-bottom: .5rem; }
.choice { display: flex; align-items: center; gap: .75rem; min-height: 2.75rem; }
.choice input { width: 1.5rem; height: 1.5rem; margin: 0; flex: none; }
.choice label { flex: 1; padding: .5rem 0; }
.field label { font-weight: 600; }
.hint { margin: 0 0 .25rem; color: #454545; }
input[type=password] { font: inherit; padding: .625rem; border: 1px solid #545454; width: 100%; max-width: 20rem; box-sizing: border-box; }
.actions { margin: 1.5rem 0 1rem; }
button { font: inherit; font-weight: 600; padding: .75rem 1.5rem; border: 2px solid #0059b3; background: #0059b3; color: #fff; cursor: pointer; }
button.plain { background: #fff; color: #0059b3; }
:focus-visible { outline: 4px solid #747474; outline-offset: 2px; }
.problem { border-left: 6px solid #cc0000; padding: .75rem 1rem; background: #ffe0e0; }
a { color: #004d99; }
`;

/*
 * A visit in English, Arabic and Japanese: the language chosen from the list
 * with the keyboard alone, with scripts and without, and all that follows in
 * it, from the sign-in page to signing out.
 */

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";
import { HtmlValidate } from "html-validate";

import { complaints, launch, still, tabTo } from "./browser.mjs";
import { serve } from "./server.mjs";


const password = "correct horse battery staple";

const people = { en: "ann@example.com", ar: "bob@example.com",
                 ja: "eve@example.com" };

/* What the heading of a page is, and its direction. */

const words = {
    en: { dir: "ltr", signin: "Sign in", apps: "Your apps",
          account: "My account", logout: "Sign out?", from: "ja" },
    ar: { dir: "rtl", signin: "تسجيل الدخول", apps: "تطبيقاتك",
          account: "حسابي", logout: "هل تريد تسجيل الخروج؟", from: "en" },
    ja: { dir: "ltr", signin: "サインイン", apps: "アプリ一覧",
          account: "アカウント", logout: "サインアウトしますか？", from: "en" }
};

let server, browser;


before(async () => {
    server = await serve({
        accounts: Object.fromEntries(Object.values(people)
            .flatMap((name) => [[name, password], [`x${name}`, password]])),
        http: `
            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;
                login on;

                location /login/ { login_portal; }
                location / { return 200 "$login_language"; }
            }`
    });

    browser = await launch();
});


after(async () => {
    await browser?.close();
    await server?.stop();
});


/* With LOGIN_SHOTS=DIR pictures of it are left there. */

async function shot(page, name) {
    if (process.env.LOGIN_SHOTS) {
        await mkdir(process.env.LOGIN_SHOTS, { recursive: true });
        await page.screenshot({
            path: join(process.env.LOGIN_SHOTS, `${name}.png`),
            fullPage: true
        });
    }
}


async function says(page, language, name, shown) {
    const { dir, [name]: heading } = words[language];

    assert.equal(await page.locator("h1").innerText(), heading);
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    assert.equal(await page.locator("html").getAttribute("dir"), dir);
    assert.equal(await page.locator("#language").inputValue(), language);

    /* below all the rest, at the end of the line, and not beside the page */

    const main = await page.locator("main").boundingBox();
    const list = await page.locator("form.languages").boundingBox();
    const width = page.viewportSize().width;
    const before = list.x, behind = width - list.x - list.width;

    assert(list.y >= main.y + main.height);
    assert(before >= 0 && behind >= 0);
    assert(dir === "rtl" ? before < behind : behind < before,
           `${before} before it and ${behind} behind it`);

    const report = await new HtmlValidate(
        { extends: ["html-validate:standard"] })
        .validateString(await page.content());

    assert.deepEqual(report.results.flatMap((r) => r.messages), []);
    await shot(page, `${shown}-${name}`);
}


/* What can only be looked for where scripts run. */

async function accessible(page) {
    for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, ...still });

        const { violations } = await new AxeBuilder({ page }).analyze();

        assert.deepEqual(violations.map((v) => v.id), []);
    }

    await page.setViewportSize({ width: 320, height: 640 });

    assert(await page.evaluate(() => document.documentElement.scrollWidth
                                     <= document.documentElement.clientWidth));

    await page.setViewportSize({ width: 1000, height: 800 });
}


/* Without scripts nobody can be asked what has the focus: it is set. */

const focus = (page, selector, scripts) =>
    scripts ? tabTo(page, selector) : page.locator(selector).focus();

const press = (page) => Promise.all([
    page.waitForEvent("load"),
    page.keyboard.press("Enter")
]);


async function visit(language, scripts) {
    const context = await browser.newContext({
        locale: words[language].from, javaScriptEnabled: scripts,
        viewport: { width: 1000, height: 800 } });
    const page = await context.newPage();
    const list = complaints(page, []);
    const shown = `${language}${scripts ? "" : "-plain"}`;
    const name = (scripts ? "" : "x") + people[language];

    await page.goto(`${server.origin}/login/?return_to=/login/apps`);
    await says(page, words[language].from, "signin", `${shown}-first`);

    await focus(page, "#language", scripts);
    await page.locator("#language").selectOption(language);
    await focus(page, "form.languages button", scripts);
    await press(page);

    await says(page, language, "signin", shown);
    scripts && await accessible(page);

    /* the page is still the one that leads to the apps */

    await focus(page, "#username", scripts);
    await page.keyboard.type(name);
    await focus(page, "#password", scripts);
    await page.keyboard.type("wrong");
    await press(page);
    assert.equal(await page.locator("html").getAttribute("lang"), language);

    await focus(page, "#password", scripts);
    await page.keyboard.type(password);
    await press(page);

    await says(page, language, "apps", shown);
    scripts && await accessible(page);

    /* set on the account by choosing it once more, with another cookie */

    await focus(page, "form.languages button", scripts);
    await press(page);
    await says(page, language, "apps", shown);
    await context.clearCookies({ name: "login_language" });

    await page.goto(`${server.origin}/login/account`);
    await says(page, language, "account", shown);
    scripts && await accessible(page);

    await page.goto(`${server.origin}/hello`);
    assert.equal(await page.locator("body").innerText(), language);

    await page.goto(`${server.origin}/login/logout`);
    await says(page, language, "logout", shown);
    await focus(page, "main button", scripts);
    await press(page);

    assert.equal(await page.locator("body").getAttribute("data-page"),
                 "signin");
    assert.deepEqual(list, []);
    await context.close();
}


for (const language of Object.keys(words)) {
    test(`in "${language}"`, () => visit(language, true));
    test(`in "${language}", without scripts`, () => visit(language, false));
}

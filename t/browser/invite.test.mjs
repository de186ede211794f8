/* The first visit in a real browser: an invitation, and the way in. */

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";
import { HtmlValidate } from "html-validate";

import { complaints, launch, signIn, still } from "./browser.mjs";
import { linkIn, relay } from "./relay.mjs";
import { serve } from "./server.mjs";


const password = "correct horse battery staple";

let server, mailed, browser;


before(async () => {
    mailed = await relay();
    server = await serve({
        accounts: { },
        http: `
            login_mail smtp://127.0.0.1:${mailed.port} starttls=off;

            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;
                login on;

                location /login/ { login_portal; }

                location / {
                    default_type text/plain;
                    return 200 "$login_user, $login_name";
                }
            }`
    });

    browser = await launch();
});


after(async () => {
    await browser?.close();
    await server?.stop();
    await mailed?.stop();
});


const kind = (page) => page.locator("body").getAttribute("data-page");

const invite = async (...args) =>
    (await server.cli("invite", ...args, "--portal",
                      `${server.origin}/login/`)).trim();

const send = (page) => Promise.all([
    page.waitForEvent("load"),
    page.click("button[type=submit]")
]);


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


async function sound(page, name) {
    const report = await new HtmlValidate(
        { extends: ["html-validate:standard"] })
        .validateString(await page.content());

    assert.deepEqual(report.results.flatMap((r) => r.messages), []);

    for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, ...still });

        const { violations } = await new AxeBuilder({ page }).analyze();

        assert.deepEqual(violations.map((v) => v.id), []);
        await shot(page, `${name}-${colorScheme}`);
    }

    await page.setViewportSize({ width: 320, height: 640 });
    await shot(page, `${name}-phone`);

    assert(await page.evaluate(() => document.documentElement.scrollWidth
                                     <= document.documentElement.clientWidth));

    await page.setViewportSize({ width: 1000, height: 800 });
}


test("from the link to the apps", async () => {
    const link = await invite("ann@example.com", "--name", "Ann Boleyn");
    const context = await browser.newContext();
    const page = await context.newPage();
    const wrong = complaints(page, []);

    await page.goto(link);
    assert.equal(await kind(page), "register");
    assert.equal(page.url(), `${server.origin}/login/register`);
    assert.equal(await page.inputValue("#username"), "ann@example.com");
    assert.equal(await page.inputValue("#name"), "Ann Boleyn");
    await sound(page, "register");

    /* the script counts, compares and shows */

    const live = (name) => page.locator(`[data-live=${name}]`);

    await page.fill("#password", "twelve chars");
    assert.match(await live("short").innerText(), /: 3$/);
    await page.fill("#password_verify", "twelve");
    assert(await live("differs").isVisible());
    await page.check("#reveal");
    assert.equal(await page.getAttribute("#password", "type"), "text");

    /* the server decides */

    await page.fill("#password_verify", "twelve chars");
    await send(page);
    assert.equal(await kind(page), "register");
    assert.match(await page.getByRole("alert").innerText(),
                 /too short.* 3 .*L33/s);
    assert.equal(await page.inputValue("#password"), "");
    assert.equal(await page.getAttribute("#password", "aria-invalid"), "true");
    await sound(page, "register-weak");

    await page.fill("#name", "Ann B");
    await page.fill("#password", password);
    assert(await live("enough").isVisible());
    await page.fill("#password_verify", password);
    assert(!await live("differs").isVisible());
    await send(page);

    assert.equal(await kind(page), "apps");
    assert.equal(page.url(), `${server.origin}/login/apps`);
    assert.deepEqual(wrong, []);

    await page.goto(`${server.origin}/x`);
    assert.equal(await page.locator("body").innerText(),
                 "ann@example.com, Ann B");

    /* the link once more: signed in, and not */

    await page.goto(link);
    assert.equal(await kind(page), "apps");

    await context.clearCookies();
    await page.goto(link);
    assert.equal(await kind(page), "invalid-link");
    assert.equal(await page.inputValue("#username"), "ann@example.com");
    await sound(page, "used");
    await signIn(page, "ann@example.com", password);
    assert.equal(await kind(page), "apps");

    await context.close();
});


test("without scripts", async () => {
    const link = await invite("bob@example.com");
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();

    await page.goto(link);
    assert(!await page.locator("#reveal").isVisible());
    await page.fill("#password", password);
    await page.fill("#password_verify", password);
    await page.click("button[type=submit]");
    await page.waitForURL("**/apps");

    await context.close();
});


test("revoked between opening and sending", async () => {
    const link = await invite("carol@example.com");
    const context = await browser.newContext();
    const page = await context.newPage();

    await page.goto(link);
    await server.cli("invite", "revoke", "carol@example.com");
    await page.fill("#password", password);
    await page.fill("#password_verify", password);
    await send(page);

    assert.equal(await kind(page), "invalid-link");
    await sound(page, "invalid");
    await context.close();
});


test("a link that many have, and one by mail", async () => {
    const link = (await server.cli("invite", "--link", "--domain",
                                   "example.org", "--role", "staff")).trim();
    const context = await browser.newContext();
    const page = await context.newPage();
    const wrong = complaints(page, []);

    const asks = async (address) => {
        await page.goto(link);
        assert.equal(await kind(page), "invite-request");
        assert.equal(new URL(page.url()).pathname, "/login/invite-request");
        await page.fill("#username", address);
        await send(page);
    };

    await page.goto(link);
    await sound(page, "invite-request");

    /* the same for everybody */

    await asks("eve@example.net");
    assert.equal(await kind(page), "invite-sent");

    const said = await page.locator("main").innerText();

    await asks("Dan@Example.org");
    assert.equal(await kind(page), "invite-sent");
    assert.equal(await page.locator("main").innerText(), said);
    await sound(page, "invite-sent");

    /* back and forth asks for nothing */

    await page.goBack();
    await page.goForward();
    assert.equal(await kind(page), "invite-sent");

    const [mail] = await mailed.mailsTo("dan@example.org", 1);

    assert.equal(mail.subject, "You're invited to localhost");

    await page.goto(linkIn(mail));
    assert.equal(await kind(page), "register");
    assert.equal(await page.inputValue("#username"), "dan@example.org");

    await page.fill("#password", password);
    await page.fill("#password_verify", password);
    await send(page);
    assert.equal(await kind(page), "apps");

    /* who is in asks again: nothing changes but for a mail */

    await context.clearCookies();
    await asks("dan@example.org");
    assert.equal(await page.locator("main").innerText(), said);

    const [, again] = await mailed.mailsTo("dan@example.org", 2);

    assert.equal(again.subject, "You have an account at localhost");
    assert.deepEqual(await mailed.mailsTo("eve@example.net", 0), []);
    assert.deepEqual(wrong, []);

    await context.close();
});

/* Back in without the old password, and another one, in a real browser. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { complaints, launch, signIn } from "./browser.mjs";
import { linkIn, relay } from "./relay.mjs";
import { serve } from "./server.mjs";


const ann = "ann@example.com";
const first = "correct horse battery staple";
const second = "another horse, another battery";
const third = "no horse and no battery at all";

let server, mailed, browser;


before(async () => {
    mailed = await relay();
    server = await serve({
        accounts: { [ann]: first },
        http: `
            login_mail smtp://127.0.0.1:${mailed.port} starttls=off;

            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;
                login on;

                location /login/ { login_portal; }
                location / { return 200 "$login_user"; }
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
const text = (page) => page.locator("body").innerText();

async function send(page, fields) {
    for (const [id, value] of Object.entries(fields)) {
        await page.fill(`#${id}`, value);
    }

    await Promise.all([
        page.waitForEvent("load"),
        page.click("form:has(#password_verify) button[type=submit]")
    ]);
}

async function signedIn(password) {
    const context = await browser.newContext();
    const page = await context.newPage();

    await page.goto(`${server.origin}/login/account`);
    await signIn(page, ann, password);

    return page;
}


test("forgotten, a mail, a new password, and in", async () => {
    const other = await signedIn(first);
    const context = await browser.newContext();
    const page = await context.newPage();
    const wrong = complaints(page, []);

    await page.goto(`${server.origin}/login/`);
    await page.click("text=Forgot password");
    assert.equal(await kind(page), "forgot");

    await page.fill("#username", "Ann@Example.com");
    await Promise.all([
        page.waitForEvent("load"),
        page.click("form:has(#username) button[type=submit]")
    ]);
    assert.equal(await kind(page), "forgot-sent");

    const [mail] = await mailed.mailsTo(ann, 1);
    const link = linkIn(mail);

    assert.equal(mail.subject, "Reset your password at localhost");
    assert(mail.text.includes(`\n${link}\n`), "the same in the text part");

    await page.goto(link);

    assert.equal(page.url(), `${server.origin}/login/reset`);
    assert.equal(await kind(page), "reset");
    assert.equal(await page.inputValue("#username"), ann);

    /* what password managers look for */

    for (const id of ["password", "password_verify"]) {
        assert.equal(await page.getAttribute(`#${id}`, "autocomplete"),
                     "new-password");
    }

    assert.equal(await page.getAttribute("#username", "autocomplete"),
                 "username");
    assert.equal(await page.locator("#username").isEditable(), false);

    await send(page, { password: "password1234567", password_verify:
                       "password1234567" });

    assert.equal(await kind(page), "reset");
    assert.match(await page.locator("[role=alert]").innerText(), /L33/);

    /* the summary has the focus, and its link leads to the field */

    await page.waitForFunction(() => document.activeElement.id === "errors");
    await page.click("[role=alert] a");
    await page.waitForFunction(() => document.activeElement.id === "password");

    await send(page, { password: second, password_verify: second });

    assert.equal(await kind(page), "signin");
    assert.match(await page.locator("[role=status]").innerText(),
                 /has been changed/);
    assert.equal(await page.inputValue("#username"), ann);

    await page.waitForFunction(() => document.activeElement.id === "password");
    await page.keyboard.type(second);
    await Promise.all([
        page.waitForEvent("load"), page.keyboard.press("Enter")
    ]);

    assert.equal(await kind(page), "apps");

    /* everybody else is out, and the owner is told */

    assert.equal((await mailed.mailsTo(ann, 2))[1].subject,
                 "Your password at localhost was changed");

    await other.goto(`${server.origin}/x`);
    assert.equal(await kind(other), "signin");

    /* neither the link nor the way back in the history works again */

    await page.goto(link);
    assert.equal(await kind(page), "invalid-link");
    assert.equal(await (await page.request.get(link)).status(), 410);

    /* the token is nowhere that the browser would show it */

    const token = link.split("/").at(-1);

    assert.equal((await page.content()).includes(token), false);
    assert.equal((await context.cookies()).some(
        (cookie) => cookie.value.includes(token)), false);
    assert.deepEqual(wrong, []);

    await context.close();
    await other.context().close();
});


test("another password, by who knows the current one", async () => {
    const kept = await signedIn(second);
    const page = await signedIn(second);

    assert.equal(await kind(page), "account");

    await send(page, { password_current: "wrong", password: third,
                       password_verify: third });
    assert.match(await page.locator("[role=alert]").innerText(), /L30/);

    await page.check("#keep_others");
    await send(page, { password_current: second, password: third,
                       password_verify: third });

    assert.equal(await kind(page), "account");
    assert.match(await page.locator("[role=status]").innerText(),
                 /has been changed/);

    await kept.goto(`${server.origin}/x`);
    assert.equal(await text(kept), ann);

    /* all others end unless that is asked for */

    await send(page, { password_current: third, password: second,
                       password_verify: second });

    await kept.goto(`${server.origin}/x`);
    assert.equal(await kind(kept), "signin");
    await page.goto(`${server.origin}/x`);
    assert.equal(await text(page), ann);

    await kept.context().close();
    await page.context().close();
});


test("without a way to mail, people are told whom to ask", async () => {
    const poor = await serve({
        accounts: { },
        http: `
            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;
                login on;

                location /login/ { login_portal; }
            }`
    });
    const page = await browser.newPage();

    await page.goto(`${poor.origin}/login/`);
    await page.click("text=Forgot password");

    assert.equal(await kind(page), "forgot");
    assert.match(await text(page), /administrator/);
    assert.equal(await page.locator("main form").count(), 0);

    await page.context().close();
    await poor.stop();
});

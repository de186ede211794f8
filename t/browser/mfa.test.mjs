/*
 * The second factor in a real browser: an invitation into an organisation
 * that requires one, a QR code that a scanner reads off the screen, codes of
 * oathtool, recovery codes, a trusted browser, and a device that was lost.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";
import { HtmlValidate } from "html-validate";

import { complaints, launch, still } from "./browser.mjs";
import { serve } from "./server.mjs";


const password = "correct horse battery staple";

let server, browser, folder;


before(async () => {
    folder = await mkdtemp(join(tmpdir(), "login-mfa-"));

    server = await serve({
        accounts: { },
        http: `
            login_org default "Acme Corporation" {
                mfa required;
                contact "it@acme.example";
            }

            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;
                login on;

                location /login/ { login_portal; }

                location / {
                    default_type text/plain;
                    return 200 "$login_user $login_methods";
                }
            }`
    });

    browser = await launch();
});


after(async () => {
    await browser?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
});


const kind = (page) => page.locator("body").getAttribute("data-page");

const invite = async (name) =>
    (await server.cli("invite", name, "--portal",
                      `${server.origin}/login/`)).trim();

const press = (page, name) => Promise.all([
    page.waitForEvent("load"),
    page.getByRole("button", { name, exact: true }).click()
]);

/* The code "steps" steps from now: each is good once, and one of them early. */

const code = (secret, steps = 0) =>
    execFileSync("oathtool", ["--totp", "--base32", "--now",
                              `${30 * steps} seconds`, secret],
                 { encoding: "utf8" }).trim();


/* What a scanner reads off the screen. */

async function scan(page, name) {
    const path = join(folder, `${name}.png`);

    await page.locator("#totp-qr").screenshot({ path });

    return execFileSync("zbarimg", ["-q", "--nodbus", "--raw", path],
                        { encoding: "utf8" }).trim();
}


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


async function register(page, name) {
    await page.goto(await invite(name));
    assert.equal(await kind(page), "register");
    await page.fill("#name", "Ann B");
    await page.fill("#password", password);
    await page.fill("#password_verify", password);
    await press(page, "Register");
    assert.equal(await kind(page), "mfa-name");
}


async function signIn(page, name) {
    await page.goto(`${server.origin}/login/`);
    await page.fill("#username", name);
    await page.fill("#password", password);
    await press(page, "Sign in");
}


async function signOut(page) {
    await page.goto(`${server.origin}/login/logout`);
    await press(page, "Sign out");
}


async function methods(page) {
    await page.goto(`${server.origin}/`);

    return page.locator("body").innerText();
}


test("invited, registered, a device set up, and in", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const wrong = complaints(page, []);

    await register(page, "ann@example.com");
    await sound(page, "mfa-name");
    await page.fill("#device_name", "My phone");
    await press(page, "Next");

    assert.equal(await kind(page), "mfa-scan");

    /* the same for a scanner, in light and dark, a link and who types it */

    const secret = (await page.innerText("#totp-secret")).replaceAll(" ", "");
    const uri = await page.getAttribute("#totp-link", "href");

    for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, ...still });
        assert.equal(await scan(page, colorScheme), uri);
    }

    const read = new URL(uri);

    assert.equal(read.protocol, "otpauth:");
    assert.equal(decodeURIComponent(read.pathname.split("/").at(-1)),
                 "Acme Corporation:ann@example.com");
    assert.equal(read.searchParams.get("issuer"), "Acme Corporation");
    assert.equal(read.searchParams.get("secret"), secret);

    /* unchanged by reload, Back, and a wrong code */

    await page.reload();
    await page.goBack();
    await page.goForward();
    await page.fill("#code", "000000");
    await press(page, "Validate");
    assert.equal(await kind(page), "mfa-scan");
    assert.match(await page.getByRole("alert").innerText(), /L40/);
    assert.equal((await page.innerText("#totp-secret")).replaceAll(" ", ""),
                 secret);
    await sound(page, "mfa-scan");

    await page.fill("#code", code(secret));
    await press(page, "Validate");

    assert.equal(await kind(page), "recovery-codes");
    await sound(page, "recovery-codes");

    const codes = await page.locator("#recovery-codes code").allInnerTexts();

    assert.equal(new Set(codes).size, 10);
    await page.reload();
    assert.deepEqual(await page.locator("#recovery-codes code")
                         .allInnerTexts(), codes);

    /* downloaded, and printed: nothing but the codes */

    const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Download" }).click()
    ]);

    const file = await readFile(await download.path(), "utf8");

    assert.equal(download.suggestedFilename(), "recovery-codes.txt");
    assert.deepEqual(file.split("\r\n").slice(2, 12), codes);

    await page.emulateMedia({ media: "print" });
    assert(await page.locator("#recovery-codes").isVisible());
    assert(!await page.getByRole("button", { name: "Download" }).isVisible());
    await page.emulateMedia({ media: "screen" });
    assert(await page.getByRole("button", { name: "Print" }).isVisible());

    await press(page, "I've saved them");
    assert.equal(await kind(page), "apps");
    assert.equal(await methods(page), "ann@example.com pwd,otp");

    /* out, and in with a code: the next one, since that of now is used */

    await signOut(page);
    await signIn(page, "ann@example.com");
    assert.equal(await kind(page), "mfa");
    assert.equal(await page.evaluate(() => document.activeElement.id), "code");
    await page.getByText("Lost your device?").click();
    assert.match(await page.locator("details").innerText(),
                 /it@acme\.example/);
    await sound(page, "mfa");
    await page.fill("#code", code(secret, 1));
    await press(page, "Continue");
    assert.equal(await kind(page), "apps");

    /* with a recovery code, after which this browser is trusted */

    await signOut(page);
    await signIn(page, "ann@example.com");
    await page.getByRole("link", { name: "Use a recovery code" }).click();
    await page.waitForLoadState();
    await sound(page, "mfa-recovery");
    await page.fill("#code", codes[0]);
    await page.check("#trust");
    await press(page, "Continue");
    assert.equal(await methods(page), "ann@example.com pwd,rec");

    await signOut(page);
    await signIn(page, "ann@example.com");
    assert.equal(await kind(page), "apps");
    assert.equal(await methods(page), "ann@example.com pwd");

    /* a device that was lost: set up anew, and all of before is worthless */

    await server.cli("mfa", "reset", "ann@example.com");
    assert.notEqual(await methods(page), "ann@example.com pwd");
    await signIn(page, "ann@example.com");
    assert.equal(await kind(page), "mfa-name");

    assert.deepEqual(wrong, []);
    await context.close();
});


test("all of it without JavaScript", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();

    await register(page, "bob@example.com");
    await page.fill("#device_name", "Tablet");
    await press(page, "Next");

    const uri = new URL(await scan(page, "bare"));
    const secret = uri.searchParams.get("secret");

    await page.fill("#code", code(secret));
    await press(page, "Validate");

    const codes = await page.locator("#recovery-codes code").allInnerTexts();

    assert.equal(codes.length, 10);
    assert(!await page.getByRole("button", { name: "Print" }).isVisible());

    const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Download" }).click()
    ]);

    assert.match(await readFile(await download.path(), "utf8"),
                 new RegExp(codes[9]));

    await press(page, "I've saved them");
    assert.equal(await kind(page), "apps");

    await signOut(page);
    await signIn(page, "bob@example.com");
    await page.fill("#code", code(secret, 1));
    await press(page, "Continue");
    assert.equal(await methods(page), "bob@example.com pwd,otp");

    await context.close();
});

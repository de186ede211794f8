/*
 * A provider as tests of the whole module need it: everything that a person,
 * an administrator there or a bad day can do to it is a property or a call.
 *
 *     const one = new Stage("one");
 *
 *     await one.listen();                  http://one.localhost:PORT
 *     one.register({ redirect_uris: [...] });
 *     one.person = "bob";
 */

import { randomUUID } from "node:crypto";

import "./node18.mjs";
import { SignJWT, UnsecuredJWT, importJWK } from "jose";

import { Op, draw } from "./provider.mjs";


export const secret = "a secret of the test's own, of 40 bytes.";

const event = "http://schemas.openid.net/event/backchannel-logout";


/* Without what is null. */

function given(members) {
    return Object.fromEntries(Object.entries(members)
                              .filter(([, value]) => value !== null));
}


export class Stage extends Op {

    /*
     * Its host is of its own: cookies know no ports, and two providers on
     * one machine would sign each other's people out.
     */

    constructor(name) {
        super();

        this.name = name;
        this.alg = "RS256";
        this.keys = [];
        this.client = {};
        this.people = {};           /* claims by account; null: not said */
        this.form = false;          /* asks who it is */
        this.deny = null;           /* an error of OAuth, instead */
        this.ends = true;           /* RP-initiated logout */
        this.ids = false;           /* all claims in the ID token */
        this.faults = [];           /* { path, ... }, see misbehave() */
        this.seen = {};             /* requests by path */
    }

    async listen(port = 0) {
        await new Promise((done, failed) => {
            this.server.once("error", failed);
            this.server.listen(port, "127.0.0.1", done);
        });

        this.port = this.server.address().port;
        this.issuer = `http://${this.name}.localhost:${this.port}`;

        if (this.keys.length === 0) {
            await this.rotate();
        }
    }

    /* Nobody answers there until listen(port). */

    async stop() {
        this.server.closeAllConnections();
        await new Promise((done) => this.server.close(done));
    }

    /* A new key ahead of the others; "drop": instead of them. */

    async rotate({ alg = this.alg, drop = false } = {}) {
        const key = { ...await draw(alg), alg, use: "sig",
                      kid: randomUUID() };

        this.alg = alg;
        this.keys = drop ? [key] : [key, ...this.keys];
        this.apply();
    }

    register(client) {
        Object.assign(this.client, client);
        this.apply();
    }

    /* Whoever was signed in there is not any more. */

    forget() {
        this.kept.clear();
    }

    /* "sid" of its sessions at the client, oldest first. */

    sessions() {
        return [...this.kept.entries()]
            .filter(([key]) => key.startsWith("Session:"))
            .map(([, { authorizations }]) => authorizations?.nginx?.sid)
            .filter((sid) => sid);
    }

    apply() {
        const op = this;

        const client = given({
            client_id: "nginx",
            client_secret: secret,
            redirect_uris: ["http://localhost:9/none"],
            id_token_signed_response_alg: this.alg,
            backchannel_logout_session_required: true,
            ...this.client
        });

        this.configure(this.keys, [client], {
            async findAccount(ctx, id) {
                return {
                    accountId: id,
                    claims: async () => given({
                        sub: id,
                        email: `${id}@acme.example`,
                        email_verified: true,
                        name: id.toUpperCase(),
                        groups: ["staff", "admin"],
                        ...op.people[id]
                    })
                };
            },
            conformIdTokenClaims: !this.ids,
            features: {
                devInteractions: { enabled: false },
                backchannelLogout: { enabled: true },
                rpInitiatedLogout: { enabled: this.ends }
            }
        });

        this.provider.on("server_error", (ctx, error) =>
            process.stderr.write(`${error.stack}\n`));
    }

    /* What a provider would not say by itself: a logout token. */

    async logoutToken({ claims = {}, header = {}, foreign = false,
                        unsigned = false } = {}) {
        const now = Math.floor(Date.now() / 1000);

        const payload = given({
            iss: this.issuer,
            aud: "nginx",
            iat: now,
            exp: now + 120,
            jti: randomUUID(),
            sub: this.person,
            events: { [event]: {} },
            ...claims
        });

        if (unsigned) {
            return new UnsecuredJWT(payload).encode();
        }

        const [{ kid }] = this.keys;
        const jwk = foreign ? await draw(this.alg) : this.keys[0];

        return new SignJWT(payload)
            .setProtectedHeader(given({ alg: this.alg, kid,
                                        typ: "logout+jwt", ...header }))
            .sign(await importJWK(jwk, this.alg));
    }

    async serve(req, res) {
        const { pathname } = new URL(req.url, this.issuer);

        this.seen[pathname] = (this.seen[pathname] ?? 0) + 1;

        const fault = this.faults
            .find(({ path }) => new RegExp(path).test(pathname));

        if (fault) {
            misbehave(fault, res);

        } else if (pathname.startsWith("/interaction/")) {
            await this.interaction(req, res);

        } else {
            await this.callback(req, res);
        }
    }

    async interaction(req, res) {
        const { searchParams } = new URL(req.url, this.issuer);
        const accountId = searchParams.get("account");

        if (this.deny) {
            await this.provider.interactionFinished(req, res, {
                error: this.deny,
                error_description: "the test says no"
            });

        } else if (this.form && !accountId) {
            res.writeHead(200, { "content-type": "text/html" });
            res.end(`<!doctype html><title>${this.name}</title>`
                    + `<body data-page="${this.name}"><form>`
                    + "<input name=\"account\" id=\"account\">"
                    + "<button type=\"submit\">Sign in</button></form>");

        } else {
            await this.provider.interactionFinished(req, res, {
                login: { accountId: accountId ?? this.person }
            });
        }
    }
}


/*
 * "status" and "body" of another answer, "redirect" to another place, "hang":
 * no answer, "drip": one that does not end, a byte at a time, "endless": the
 * same as fast as it goes, "cut": one that ends in the middle.
 */

function misbehave(fault, res) {
    const { status = 500, body = "{}", redirect } = fault;

    if (fault.hang) {
        return;
    }

    if (redirect) {
        res.writeHead(302, { location: redirect });
        res.end();
        return;
    }

    if (fault.drip || fault.endless || fault.cut) {
        const piece = fault.endless ? " ".repeat(65536) : " ";

        res.writeHead(200, { "content-type": "application/json" });
        res.write(piece);

        const more = () => {
            if (fault.cut) {
                res.destroy();
            } else if (!res.destroyed) {
                res.write(piece, () => setTimeout(more, fault.drip ? 200 : 0));
            }
        };

        more();
        return;
    }

    res.writeHead(status, { "content-type": "application/json" });
    res.end(typeof body === "string" ? body : JSON.stringify(body));
}

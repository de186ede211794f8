/*
 * oidc-provider as an identity provider at which everybody is signed in at
 * once, as whoever the test says.
 */

import { createServer } from "node:http";

import "./node18.mjs";
import { exportJWK, generateKeyPair } from "jose";


/* It greets with advice for those who deploy it. */

console.info = () => {};
console.warn = () => {};

const { Provider } = await import("oidc-provider");


export async function draw(alg, more = {}) {
    const { privateKey } = await generateKeyPair(alg, {
        extractable: true, ...more
    });

    return exportJWK(privateKey);
}


/*
 * "person" is who signs in.  Keys are private JWKs; clients and what more
 * there is are as oidc-provider wants them.
 */

export class Op {

    constructor() {
        this.person = "alice";
        this.kept = new Map();
        this.server = createServer((req, res) => this.serve(req, res));
    }

    async listen() {
        await new Promise((done) => this.server.listen(0, "127.0.0.1", done));
        this.port = this.server.address().port;
        this.issuer = `http://127.0.0.1:${this.port}`;
    }

    close() {
        this.server.closeAllConnections();
        this.server.close();
    }

    /* Again with other keys: sessions and codes stay. */

    configure(keys, clients, more = {}) {
        const kept = this.kept;
        const op = this;

        class Adapter {

            constructor(kind) {
                this.kind = kind;
            }

            key(id) {
                return `${this.kind}:${id}`;
            }

            async upsert(id, payload) {
                kept.set(this.key(id), payload);
            }

            async find(id) {
                return kept.get(this.key(id));
            }

            async findByUid(uid) {
                return [...kept.values()].find((one) => one.uid === uid);
            }

            async consume(id) {
                kept.get(this.key(id)).consumed = Math.floor(Date.now()
                                                             / 1000);
            }

            async destroy(id) {
                kept.delete(this.key(id));
            }

            async revokeByGrantId(id) {
                for (const [key, one] of kept) {
                    if (one.grantId === id) {
                        kept.delete(key);
                    }
                }
            }
        }

        this.provider = new Provider(this.issuer, {
            adapter: Adapter,
            clients,
            jwks: { keys },
            cookies: { keys: ["a secret of the test"] },
            claims: {
                openid: ["sub"],
                email: ["email", "email_verified"],
                profile: ["name"],
                groups: ["groups"]
            },
            enabledJWA: {
                idTokenSigningAlgValues: ["RS256", "PS256", "ES256", "EdDSA"]
            },
            features: {
                devInteractions: { enabled: false },
                backchannelLogout: { enabled: true },
                rpInitiatedLogout: {
                    enabled: true,

                    /* signs out without asking */

                    logoutSource(ctx, form) {
                        const xsrf = /value="([^"]+)"/.exec(form)[1];

                        ctx.body = xsrf;
                    }
                }
            },
            interactions: {
                url: (ctx, interaction) => `/interaction/${interaction.uid}`
            },
            async findAccount(ctx, id) {
                return {
                    accountId: id,
                    claims: async () => ({
                        sub: id,
                        email: `${id}@acme.example`,
                        email_verified: true,
                        name: id.toUpperCase(),
                        groups: ["staff", "admin"]
                    })
                };
            },
            async loadExistingGrant(ctx) {
                const grant = new op.provider.Grant({
                    clientId: ctx.oidc.client.clientId,
                    accountId: ctx.oidc.session.accountId
                });

                grant.addOIDCScope("openid email profile groups");
                await grant.save();

                return grant;
            },

            /* its own refuses to ask what is on this machine */

            fetch: (url, { dispatcher, ...options }) =>
                globalThis.fetch(url, options),
            ...more
        });

        this.callback = this.provider.callback();
    }

    async serve(req, res) {
        if (req.url.startsWith("/interaction/")) {
            await this.provider.interactionFinished(req, res, {
                login: { accountId: this.person }
            });
            return;
        }

        await this.callback(req, res);
    }
}


/* As much of a browser as a provider needs. */

export class Browser {

    constructor() {
        this.cookies = new Map();
    }

    async fetch(url, options = {}) {
        const { host } = new URL(url);
        const jar = this.cookies.get(host) ?? new Map();

        const response = await fetch(url, {
            redirect: "manual",
            ...options,
            headers: {
                ...options.headers,
                cookie: [...jar].map(([name, value]) => `${name}=${value}`)
                    .join("; ")
            }
        });

        for (const cookie of response.headers.getSetCookie()) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);

            if (value === "") {
                jar.delete(name);
            } else {
                jar.set(name, value);
            }
        }

        this.cookies.set(host, jar);

        return response;
    }

    /* Follows until it would leave for "until"; the query of that. */

    async follow(url, until) {
        let next = url;

        for (let i = 0; i < 20; i++) {
            if (next.startsWith(until)) {
                return new URL(next).search.slice(1);
            }

            const response = await this.fetch(next);
            const location = response.headers.get("location");

            if (!location) {
                throw new Error(`${response.status} at ${next}: `
                                + (await response.text()));
            }

            next = new URL(location, next).href;
        }

        throw new Error("no end of redirects");
    }
}

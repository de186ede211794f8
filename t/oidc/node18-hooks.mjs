// Gives "oidc-provider" another "node:crypto", see node18.mjs.

export async function resolve(specifier, context, next) {
    if (specifier === "node:crypto"
        && context.parentURL?.includes("/node_modules/oidc-provider/"))
    {
        return {
            url: new URL("node18-crypto.mjs", import.meta.url).href,
            shortCircuit: true
        };
    }

    return next(specifier, context);
}

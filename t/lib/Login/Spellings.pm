package Login::Spellings;

# The many ways to ask for /secret/canary.txt, and to say who asks.

use strict;
use warnings;

use Exporter qw(import);


our @EXPORT = qw(spellings same_spellings claims);

# what nginx takes for the same file; in front of the gate is a "/health", a
# "/public/" and an "/alias/" that leads there

my @same = qw(
    /secret/canary.txt
    //secret/canary.txt
    ///secret///canary.txt
    /secret//canary.txt
    /./secret/canary.txt
    /secret/./canary.txt
    /secret/././/canary.txt
    /secret/deep/../canary.txt
    /secret/deep/.././canary.txt
    /secret/none/../canary.txt
    /secret/../secret/canary.txt
    /secret/../public/../secret/canary.txt
    /public/../secret/canary.txt
    /public/./../secret/canary.txt
    /public//../secret/canary.txt
    /public/file.txt/../../secret/canary.txt
    /public/a/b/../../../secret/canary.txt
    /health/../secret/canary.txt
    /alias/../secret/canary.txt
    /login/../secret/canary.txt
    /x/../secret/canary.txt
    /x/y/../../secret/canary.txt
    /%2e/secret/canary.txt
    /public/%2e%2e/secret/canary.txt
    /public/%2E%2e/secret/canary.txt
    /public/.%2e/secret/canary.txt
    /public/%2e./secret/canary.txt
    /public/..%2fsecret/canary.txt
    /public%2f..%2fsecret%2fcanary.txt
    /public%2f%2e%2e%2fsecret%2fcanary.txt
    /health%2f..%2fsecret/canary.txt
    /%2fsecret/canary.txt
    /secret%2fcanary.txt
    /secret%2Fcanary.txt
    /secret/%2fcanary.txt
    /secret/canary%2etxt
    /secret/canary%2Etxt
    /%73ecret/canary.txt
    /%73%65%63%72%65%74/canary.txt
    /s%65cret/%63anary.txt
    /secret/%63%61%6e%61%72%79%2e%74%78%74
    /secret/canary.txt?
    /secret/canary.txt?x
    /secret/canary.txt?x=/health
    /secret/canary.txt?/public/
    /secret/canary.txt?x=/login/
    /secret/canary.txt?a=b?c=d
    http://localhost/secret/canary.txt
    http://localhost//secret/canary.txt
    http://localhost/public/../secret/canary.txt
    http://localhost/%73ecret/canary.txt
    http://evil.example/secret/canary.txt
    HTTP://LOCALHOST/secret/canary.txt
    https://localhost/secret/canary.txt
    http://localhost:1/secret/canary.txt
    /public/../../../../secret/canary.txt
    /../secret/canary.txt
    /..%2fsecret/canary.txt
);

# what is another one, or none, but might not be to somebody else

my @other = (
    '/secret/canary.txt#',
    '/secret/canary.txt#/health',
    '/secret/canary.txt#?/public/',
    '/secret',
    '/secret/',
    '/secret/.',
    '/secret/..',
    '/secret/deep',
    '/secret/deep/',
    '/secret/index.html',
    '/secret/canary.txt/',
    '/secret/canary.txt.',
    '/secret/canary.txt;a',
    '/secret;a/canary.txt',
    '/secret/;/canary.txt',
    '/secret/canary.txt%00',
    '/secret/canary.txt%00.html',
    "/secret/canary.txt\0",
    '/secret/canary.txt%20',
    '/secret/canary.txt%0a',
    '/secret/canary.txt%09',
    '/secret%20/canary.txt',
    '/secret/canary.txt%23/health',
    '/secret/canary.txt%3f/health',
    '/secret/canary.txt%3F',
    "/secret/\tcanary.txt",
    "/secret/canary.txt\t",
    "/secret/canary.txt\x01",
    "/secret/canary.txt\x7f",
    "/secret/canary.txt\xc0\xae",
    "/secret\xe2\x80\x8b/canary.txt",
    '/SECRET/canary.txt',
    '/Secret/Canary.TXT',
    '/public/..;/secret/canary.txt',
    '/public/..%5csecret/canary.txt',
    '/public/..\\secret/canary.txt',
    '\\secret\\canary.txt',
    '/\\secret/canary.txt',
    '/secret\\canary.txt',
    '/secret%5ccanary.txt',
    '/%5csecret/canary.txt',
    '/public/%252e%252e/secret/canary.txt',
    '/public/..%252fsecret/canary.txt',
    '/public/%c0%ae%c0%ae/secret/canary.txt',
    '/public/..%c0%afsecret/canary.txt',
    '/public/%u002e%u002e/secret/canary.txt',
    '/public/...//secret/canary.txt',
    '/public/.../secret/canary.txt',
    '/public/%2e%2e%5csecret/canary.txt',
    '/alias../secret/canary.txt',
    '/alias/..%2fsecret/canary.txt',
    '/alias/%2e%2e/secret/canary.txt',
    '/secret/%',
    '/secret/%zz',
    '/secret/%2',
    'secret/canary.txt',
    './secret/canary.txt',
    '*',
    '?/secret/canary.txt',
    'file:///secret/canary.txt',
    'http:/secret/canary.txt',
    'http:///secret/canary.txt',
    'http://localhost',
    '/secret/canary.txt HTTP/1.1 /health',
    '/health /secret/canary.txt',
);

# fields by which others trust their clients

my @claims = (
    'User-Agent: ELB-HealthChecker/2.0',
    'User-Agent: kube-probe/1.29',
    'User-Agent: GoogleHC/1.0',
    'X-Forwarded-For: 127.0.0.1',
    'X-Forwarded-For: 10.0.0.1',
    'X-Real-IP: 10.0.0.1',
    'Forwarded: for=10.0.0.1;proto=https;host=localhost',
    'X-Client-IP: 10.0.0.1',
    'True-Client-IP: 10.0.0.1',
    'X-Forwarded-Host: localhost',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Uri: /health',
    'X-Forwarded-Method: OPTIONS',
    'X-Forwarded-Prefix: /public',
    'X-Original-URL: /health',
    'X-Rewrite-URL: /health',
    'X-Auth-Request-Redirect: /health',
    'X-HTTP-Method-Override: OPTIONS',
    'X-Forwarded-User: ann@example.com',
    'X-Remote-User: ann@example.com',
    'Remote-User: ann@example.com',
    'Authorization: Basic YW5uOmFubg==',
    'Authorization: Bearer x',
    'X-Accel-Redirect: /secret/canary.txt',
    'X-Accel-Internal: /secret/canary.txt',
    'Referer: http://localhost/login/',
    'Origin: http://localhost',
    'Cookie: login=',
    'Cookie: login=ann@example.com',
    'Cookie: login_user=ann@example.com',
    'Purpose: prefetch',
    'Proxy-Authorization: Basic YW5uOmFubg==',
    'X-Forwarded-For: ::1',
);


sub same_spellings { return @same }
sub spellings      { return (@same, @other) }
sub claims         { return @claims }


1;

#!/usr/bin/perl

# login_provider: what "nginx -t" takes and refuses, and icons.

use strict;
use warnings;

use Login::Test;


my $t = Login::Test->new;
my $dir = $t->dir;

my $svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">'
    . '<circle cx="4" cy="4" r="3"/></svg>';

$t->write_file('secret', "s3cret word\n");
$t->write_file('okta.svg', $svg);
chmod 0600, "$dir/secret";

my $server = <<'END';
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    location /login/ { login_portal; }
}
END

# The least that a block must have, by line.

sub block {
    my ($name, %line) = @_;

    my %all = (oidc => 'https://idp.example', client_id => 'nginx',
               client_secret_file => 'secret', %line);

    my $lines = join '', map { "$_ $all{$_};\n" }
        grep { defined $all{$_} } sort keys %all;

    return qq(login_provider $name "Provider" {\n$lines}\n);
}

sub org {
    my (@names) = @_;

    return qq(login_org acme "Acme" { password off; provider @names; }\n);
}

sub taken {
    my ($http, $name) = @_;

    $t->conf_ok("$http$server", $name);
}

sub refused {
    my ($http, $message, %opt) = @_;

    $t->conf_error("$http$server", $message, undef, %opt);
}

sub warnings {
    my ($http) = @_;

    my ($status, @lines) = $t->conf_test("$http$server");

    return join "\n", grep { /\[(?:warn|emerg)\]/ } @lines;
}


# --- what is taken

taken(<<'END' . org('Okta'), 'all that a block may say');
login_provider Okta "Okta" {
    oidc               https://acme.okta.example;
    client_id          nginx;
    client_secret_file secret;
    scope              "openid email profile groups";
    claims             username=email name=name email=email roles=groups;
    domain             acme.example Example.COM;
    domain             bücher.example;
    icon               okta.svg;
    provision          on;
}
END

taken(block('okta'), 'the least');
taken(org('b', 'a') . block('a') . block('b'), 'blocks behind the one that '
      . 'names them');
taken(block('okta', scope => 'openid email'), 'scope in several words');
taken(block('okta', claims => 'username=sub'), 'one claim');
taken(block('okta', oidc => 'http://localhost:1/a'), 'a local one, http');
taken(block('okta', oidc => 'http://127.0.0.1:1/'), 'and by its address');
taken(block('okta', oidc => 'https://idp.example/a/'), 'a path');
taken(block('a.b-c_9'), 'signs of a name');

$t->conf_ok(block('okta', client_secret_file => '/no/such'),
            'without a portal no secret is read');


# --- what is not

refused('login_provider okta "Okta";', qr/no opening "\{"|has no opening/);
refused('login_provider okta { }', qr/invalid number of arguments/);
refused(block("'$_'"), qr/invalid name "\Q$_\E" of a provider/i)
    for '', 'a/b', 'a b', 'a@b', 'a,b', '-a', '.a', "\xc3\xa4", 'a' x 65;
refused('login_provider okta "" { }', qr/invalid title "" of provider "okta"/);
refused("login_provider okta \"\xff\" { }", qr/invalid title/);
refused(block('okta') . block('OKTA'),
        qr/duplicate provider "okta", see \S+:\d+ in/);
refused(block('okta', oidc => undef), qr/provider "okta" has no "oidc"/);
refused(block('okta', client_id => undef),
        qr/provider "okta" has no "client_id"/);
refused(block('okta', client_secret_file => undef),
        qr/provider "okta" has no "client_secret_file"/);
refused(block('okta', saml => '/etc/metadata.xml'),
        qr/provider "okta" is one of SAML, which is not built in/);
refused(block('okta', colour => 'red'),
        qr/unknown directive "colour" in this block/);

refused(block('okta', $_ => $_ eq 'oidc' ? 'https://a.example; oidc '
              . 'https://b.example' : $_ eq 'provision' ? 'on; provision off'
              : $_ eq 'icon' ? 'okta.svg; icon okta.svg'
              : $_ eq 'claims' ? 'name=a; claims name=b'
              : "openid; $_ openid"),
        qr/"$_" directive is duplicate/)
    for qw(oidc client_id client_secret_file scope claims icon provision);

refused(block('okta', oidc => $_), qr/invalid issuer "\Q$_\E" of provider/)
    for 'http://idp.example', 'idp.example', 'ftp://idp.example',
        'https://idp.example/?a', 'https://idp.example/#a',
        'https://' . 'a' x 520 . '.example', 'http://localhost.idp.example';

refused(block('okta', client_id => 'a' x 256), qr/invalid client_id "a+"/);
refused(block('okta', client_id => '""'), qr/invalid client_id ""/);
refused(block('okta', client_secret_file => '""'), qr/must not be empty/);
refused(block('okta', scope => '"email profile"'),
        qr/"scope" directive must have "openid"/);
refused(block('okta', scope => 'openids'), qr/must have "openid"/);
refused(block('okta', scope => "'openid a\"b'"), qr/character that no scope/);
refused(block('okta', claims => $_), qr/invalid parameter "\Q$_\E"/)
    for 'user=email', 'username=', 'email';
refused(block('okta', claims => 'name=a name=b'),
        qr/invalid parameter "name=b" in "claims" directive/);
refused(block('okta', domain => $_), qr/invalid domain "\Q$_\E" of provider/)
    for 'a@b.example', '-', 'a..example';
refused(block('okta', domain => '""'), qr/invalid domain ""/);
refused(block('okta', provision => 'maybe'), qr/invalid value "maybe"/);
refused(org('okta', 'entra') . block('okta'),
        qr/has provider "entra", but no "login_provider" has that name/);
refused('login_org acme "A" { provider okta OKTA; }',
        qr/duplicate provider "okta"/);


# --- the secret

chmod 0640, "$dir/secret";
like warnings(block('okta')),
    qr/\A[^\n]*\[warn\][ ]\S+:[ ]"client_secret_file"[ ]\S+[ ]of[ ]provider
       [ ]"okta"[ ]is[ ]open[ ]to[ ]others,[ ]run[ ]
       "chmod[ ]600[ ]\S+"[ ]in[ ]\S+:\d+\z/x,
    'one that others can read as well';
chmod 0600, "$dir/secret";
is warnings(block('okta')), '', 'one that they cannot';

for my $text ('', "\n", "a\nb\n", "a\0b\n", 'a' x 513) {
    $t->write_file('bad', $text);
    chmod 0600, "$dir/bad";
    refused(block('okta', client_secret_file => 'bad'),
            qr/must have the secret in one line of at most 512 bytes, or a/);
}

$t->write_file('bad', 'a' x 20000);
refused(block('okta', client_secret_file => 'bad'),
        qr/is not a regular file of at most 16384 bytes, the secret of/);
refused(block('okta', client_secret_file => '/no/such'),
        qr/"\/no\/such" failed, the secret of provider "okta" in \S+:\d+ \(/,
        nowhere => 1);
refused(block('okta', client_secret_file => $dir), qr/is not a regular file/);


# --- a private key instead

my %key = (
    rsa => '-algorithm RSA -pkeyopt rsa_keygen_bits:2048',
    ec  => '-algorithm EC -pkeyopt ec_paramgen_curve:P-256',
    ed  => '-algorithm ED25519',
);

my %useless = (
    small     => '-algorithm RSA -pkeyopt rsa_keygen_bits:1024',
    p384      => '-algorithm EC -pkeyopt ec_paramgen_curve:P-384',
    encrypted => '-algorithm EC -pkeyopt ec_paramgen_curve:P-256 '
                 . '-aes256 -pass pass:secret',
);

sub key {
    my ($name, $arguments) = @_;

    my ($status, $out, $err) = $t->command({}, 'openssl', 'genpkey',
                                           split(' ', $arguments),
                                           '-out', "$dir/$name.pem");

    die "openssl: $err" if $status;

    chmod 0600, "$dir/$name.pem";

    return block('okta', client_secret_file => "$name.pem");
}

taken(key($_, $key{$_}), "a key: $_") for sort keys %key;
refused(key($_, $useless{$_}), qr/has a private key that cannot be used/)
    for sort keys %useless;

$t->write_file('cut.pem', "-----BEGIN PRIVATE KEY-----\nMII\n");
chmod 0600, "$dir/cut.pem";
refused(block('okta', client_secret_file => 'cut.pem'),
        qr/has a private key that cannot be used/);


# --- icons

$t->write_file('text', "no image\n");
$t->write_file('large.svg', $svg . ' ' x (256 * 1024));

refused(block('okta', icon => 'text'),
        qr/icon "\S+\/text" of provider "okta" is not an image, it must be/);
refused(block('okta', icon => 'large.svg'),
        qr/is not a regular file of at most 262144 bytes, the icon of prov/);
refused(block('okta', icon => 'none.svg'),
        qr/icon "\S+none.svg" of provider "okta" cannot be read/,
        nowhere => 1);
refused(block('okta', icon => '""'), qr/"icon" directive must not be empty/);


# --- a hundred of them, and a thousand organisations

my $many = join '', map { block("idp-$_") } 1 .. 100;

$many .= join '', map { "login_org org-$_ \"Organisation $_\" { provider "
                        . join(' ', map { 'idp-' . ($_ % 100 + 1) }
                               $_ .. $_ + 4) . "; }\n" } 1 .. 1000;

taken($many, 'a hundred, and a thousand organisations');

$t->done_testing;

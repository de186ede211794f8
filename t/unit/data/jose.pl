#!/usr/bin/env perl

# Writes t/unit/jose_vectors.h: tokens for the unit tests, signed by
# libtomcrypt (Debian's libcrypt-jwt-perl), which has nothing in common with
# the OpenSSL that verifies them.  Each run draws new keys.
#
#   perl t/unit/data/jose.pl > t/unit/jose_vectors.h

use strict;
use warnings;

use Crypt::JWT qw(encode_jwt);
use Crypt::Misc qw(encode_b64u);
use Crypt::PK::ECC;
use Crypt::PK::Ed25519;
use Crypt::PK::RSA;
use JSON::PP;

my $json = JSON::PP->new->canonical;

my $rsa = Crypt::PK::RSA->new;
my $other = Crypt::PK::RSA->new;
my $small = Crypt::PK::RSA->new;
my $ec = Crypt::PK::ECC->new;
my $ed = Crypt::PK::Ed25519->new;

$rsa->generate_key(256, 65537);
$other->generate_key(256, 65537);
$small->generate_key(128, 65537);
$ec->generate_key('secp256r1');
$ed->generate_key;


sub jwk {
    my ($key, %more) = @_;

    return { %{ $key->export_key_jwk('public', 1) }, %more };
}


# a string of C, in lines that fit

sub define {
    my ($name, $text) = @_;

    $text =~ s/(["\\])/\\$1/g;
    $text =~ s/\n/\\n/g;

    my @lines = ('');

    for my $c ($text =~ /\\.|[^\\]/g) {
        push @lines, '' if length($lines[-1]) + length $c > 70;
        $lines[-1] .= $c;
    }

    s/^|$/"/g for @lines;

    print "\n#define $name", map { " \\\n    $_" } @lines;
    print "\n";
}


my %claims = (
    iss => 'https://op.example', sub => 'alice', aud => 'nginx',
    iat => 1800000000, exp => 1800000300, nonce => 'n-0S6_WzA2Mj',
    email => 'alice@acme.example', email_verified => JSON::PP::true,
    name => 'Alice', groups => ['staff', 'admin'],
);


sub token {
    my ($alg, $key, %header) = @_;

    return encode_jwt(payload => $json->encode(\%claims), alg => $alg,
                      key => $key, extra_headers => \%header,
                      allow_none => 1);
}


print <<'END';

/* Made by t/unit/data/jose.pl. */

#ifndef JOSE_VECTORS_H
#define JOSE_VECTORS_H

END

define('JOSE_JWKS', $json->encode({ keys => [
    jwk($rsa, kid => 'r'), jwk($ec, kid => 'e'), jwk($ed, kid => 'd') ] }));
define('JOSE_JWK_RSA', $json->encode(jwk($rsa)));
define('JOSE_JWK_OTHER', $json->encode(jwk($other)));
define('JOSE_JWK_SMALL', $json->encode(jwk($small)));
define('JOSE_JWK_EC', $json->encode(jwk($ec)));
define('JOSE_JWK_ED', $json->encode(jwk($ed)));

define('JOSE_RS256', token('RS256', $rsa, kid => 'r', typ => 'JWT'));
define('JOSE_PS256', token('PS256', $rsa, kid => 'r'));
define('JOSE_ES256', token('ES256', $ec, kid => 'e'));
define('JOSE_EDDSA', token('EdDSA', $ed, kid => 'd'));
# RFC 7518, 3.5: the salt is as long as the hash

sub salted {
    my ($salt) = @_;

    my $input = join '.', map { encode_b64u($_) } '{"alg":"PS256","kid":"r"}',
        $json->encode(\%claims);

    return "$input." . encode_b64u($rsa->sign_message($input, 'SHA256', 'pss',
                                                      $salt));
}

define('JOSE_PS256_SALT_32', salted(32));
define('JOSE_PS256_SALT_0', salted(0));
define('JOSE_PS256_SALT_64', salted(64));

define('JOSE_RS256_NO_KID', token('RS256', $rsa));
define('JOSE_RS256_OTHER', token('RS256', $other, kid => 'r'));

# what must be refused, although somebody signed it

define('JOSE_NONE', token('none', undef, kid => 'r'));
define('JOSE_RS512', token('RS512', $rsa, kid => 'r'));
define('JOSE_HS256', token('HS256', $rsa->export_key_pem('public'),
                           kid => 'r'));
define('JOSE_HS256_JWK', token('HS256', $json->encode(jwk($rsa)),
                               kid => 'r'));
define('JOSE_EMBEDDED', token('RS256', $other, jwk => jwk($other)));
define('JOSE_JKU', token('RS256', $rsa, kid => 'r',
                         jku => 'https://evil.example/jwks'));
define('JOSE_X5U', token('RS256', $rsa, kid => 'r',
                         x5u => 'https://evil.example/x5u'));
define('JOSE_X5C', token('RS256', $rsa, kid => 'r', x5c => ['MIIB']));
define('JOSE_CRIT', token('RS256', $rsa, kid => 'r', crit => ['exp']));
define('JOSE_LOGOUT_TYPE', token('RS256', $rsa, kid => 'r',
                                 typ => 'logout+jwt'));

define('JOSE_PEM_RSA', $rsa->export_key_pem('private'));
define('JOSE_PEM_EC', $ec->export_key_pem('private'));
define('JOSE_PEM_SMALL', $small->export_key_pem('private'));

print "\n\n#endif /* JOSE_VECTORS_H */\n";

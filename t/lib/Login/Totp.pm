package Login::Totp;

# What an authenticator app does (RFC 6238), and what people do with one: for
# tests whose server has a clock of its own.
#
#     my $secret = Login::Totp::secret($page);     the page "mfa-scan"
#     my $code = Login::Totp::code($secret, $t->{clock});

use strict;
use warnings;

use Digest::SHA qw(hmac_sha1);


sub decode {
    my ($text) = @_;

    my $bits = join '', map {
        sprintf '%05b', index 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', $_;
    } grep { /[A-Z2-7]/ } split //, uc $text;

    return pack 'B*', substr $bits, 0, 8 * int(length($bits) / 8);
}


# The code of the step "step" steps from that of "time".

sub code {
    my ($secret, $time, $step) = @_;

    my $counter = int($time / 30) + ($step // 0);
    my $mac = hmac_sha1(pack('Q>', $counter), decode($secret));
    my $offset = ord(substr $mac, -1) & 0xf;

    return sprintf '%06d',
        (unpack('N', substr $mac, $offset, 4) & 0x7fffffff) % 1_000_000;
}


sub secret {
    my ($page) = @_;

    return $page->body =~ /id="totp-secret"[^>]*>([A-Z2-7 ]+)</
        ? $1 =~ s/ //gr : undef;
}


# The codes on the page "recovery-codes".

sub recovery {
    my ($page) = @_;

    return $page->body =~ m{<li><code[^>]*>([^<]+)</code>}g;
}


# Sets up a device, from the page "mfa-name" on; returns its secret and the
# page with the recovery codes.

sub enrol {
    my ($browser, $page, $time, $name) = @_;

    $page = $browser->follow($browser->submit($page,
        { device_name => $name // 'phone' }));

    my $secret = secret($page) // die 'no secret on page ' . $page->page;

    $page = $browser->follow($browser->submit($page,
        { code => code($secret, $time) }));

    return ($secret, $page);
}


1;

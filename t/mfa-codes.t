#!/usr/bin/perl

# Codes, QR codes and digits beside other programs that know them: oathtool,
# zbarimg, and Perl's tables of Unicode.

use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use IPC::Open2;
use Test::More;
use Unicode::UCD qw(num prop_invlist);

my $build = $ENV{LOGIN_BUILD} || "$FindBin::Bin/../build";
my $tool = "$build/unit/put_factor";

for my $program (qw(oathtool zbarimg)) {
    plan skip_all => "no $program, run scripts/test"
        if system("command -v $program > /dev/null") != 0;
}

my $dir = tempdir(CLEANUP => 1);


sub output {
    my (@command) = @_;

    open my $pipe, '-|', @command or die "$command[0]: $!\n";
    my $text = do { local $/; <$pipe> };
    close $pipe or die "@command: failed\n";

    return $text =~ s/\n\z//r;
}


# --- every decimal digit that Unicode has, five of it and a space

{
    my @list = prop_invlist('Nd');
    my (@lines, @want);

    for (my $i = 0; $i < @list; $i += 2) {
        for my $c ($list[$i] .. $list[$i + 1] - 1) {
            push @lines, join '', (chr $c) x 5, "\x{a0}", (chr $c);
            push @want, num(chr $c) x 6;
        }
    }

    cmp_ok scalar @want, '>', 600, scalar @want . ' digits';

    open my $file, '>:utf8', "$dir/digits" or die "$!\n";
    print $file map { "$_\n" } @lines;
    close $file;

    is output('sh', '-c', "'$tool' digits < '$dir/digits'"),
        join("\n", @want), 'as Perl has them';
}


# --- codes

sub base32 {
    my ($bytes) = @_;
    my $bits = unpack 'B*', $bytes;

    $bits .= '0' x (-length($bits) % 5);

    return join '', map { ('A' .. 'Z', 2 .. 7)[oct "0b$_"] }
        $bits =~ /(.{5})/g;
}

my @kinds = (
    [ 'SHA1', 6, 30 ], [ 'SHA1', 8, 30 ], [ 'SHA1', 7, 60 ],
    [ 'SHA256', 6, 30 ], [ 'SHA256', 8, 10 ], [ 'SHA512', 6, 30 ],
    [ 'SHA512', 8, 300 ],
);

my $wrong = '';

for my $kind (@kinds) {
    my ($algorithm, $digits, $period) = @$kind;

    for my $len (10, 20, 32, 64) {
        my $secret = base32(join '', map { chr int rand 256 } 1 .. $len);
        my $uri = "otpauth://totp/Acme:ann?secret=$secret&"
                  . "algorithm=$algorithm&digits=$digits&period=$period";

        for my $now (1_000_000_000, 1_795_527_645, 20_000_000_000) {
            my $code = output('oathtool', '--totp=' . lc $algorithm, '-b',
                              '-d', $digits, '-s', "${period}s",
                              '-N', '@' . $now, $secret);
            my $step = int $now / $period;
            my $at = '';

            for my $i (-2 .. 2) {
                $at .= ' ' . output($tool, 'match', $uri, $code,
                                    $now + $i * $period);
            }

            $wrong .= "$uri $now: $at\n" if $at ne " - $step $step $step -";
        }
    }
}

is $wrong, '', 'codes as oathtool has them, of a step to either side';


# --- QR codes

# The path on a white page, each module some pixels wide.

sub bitmap {
    my ($size, $path, $scale) = @_;
    my @rows = map { '0' x $size } 1 .. $size;

    while ($path =~ /\GM(\d+) (\d+)h(\d+)v1h-\3z/gc) {
        die "outside\n" if $1 < 4 || $2 < 4 || $1 + $3 > $size - 4
            || $2 >= $size - 4;
        substr $rows[$2], $1, $3, '1' x $3;
    }

    die "not the path that it is to be\n"
        if (pos($path) // 0) != length $path;

    my $side = $size * $scale;

    return "P1\n$side $side\n" . join '', map {
        (join(' ', map { ($_) x $scale } split //) . "\n") x $scale
    } @rows;
}

my @uris = (
    'otpauth://totp/Acme:ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer='
    . 'Acme&algorithm=SHA1&digits=6&period=30',
    'otpauth://totp/' . '%E6%9D%B1' x 42 . ':' . 'a%40' x 60 . '?secret='
    . 'A' x 103 . '&issuer=' . '%E6%9D%B1' x 42
    . '&algorithm=SHA512&digits=8&period=300',
);

for my $uri (@uris) {
    my ($size, $path) = split /\n/, output($tool, 'qr', $uri);

    open my $file, '>', "$dir/qr.pbm" or die "$!\n";
    print $file bitmap($size, $path, 4);
    close $file;

    is output('zbarimg', '-q', '--nodbus', '--raw', "$dir/qr.pbm"), $uri,
        length($uri) . ' bytes as zbarimg reads them';
}

done_testing;

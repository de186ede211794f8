#!/usr/bin/perl

# A new worker reads through the store before requests need it.

use strict;
use warnings;

use JSON::PP;

use Login::Test;


my $t = Login::Test->new(
    accounts => { 'ann@example.com' => 'correct horse battery staple' },
    log      => 'info',
);

$t->write_file('more', join '', map {
    "filler$_\@example.com:\$2y\$05\$" . '.' x 53 . "\n"
} 1 .. 20000);

$t->cli_ok('import', 'htpasswd', $t->dir . '/more');

my $used = JSON::PP->new->decode($t->cli_ok('--json', 'stat'))->{used};

cmp_ok $used, '>', 4 * 2 ** 20, 'the store has some megabytes';


# What a process has mapped of the data, in bytes.

sub resident {
    my ($pid) = @_;

    my ($here, $bytes) = (0, 0);

    for (split /\n/, $t->read_file("/proc/$pid/smaps")) {
        $here = m{/data\.mdb$} if /^[0-9a-f]+-/;
        $bytes += 1024 * $1 if $here && /^Rss:\s+(\d+) kB/;
    }

    return $bytes;
}


sub all_there {
    my ($when) = @_;

    for my $pid ($t->workers) {
        ok wait_for(sub { resident($pid) >= $used }),
            "$when: a worker has all of it in memory"
            or diag(resident($pid) . " of $used bytes");
    }
}

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
}
END

all_there('started');
ok $t->reload, 'reloaded';
all_there('reloaded');

done_testing;

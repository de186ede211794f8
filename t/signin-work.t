#!/usr/bin/perl

# A refusal is the same work whoever it is: as many hashes of the same size,
# as many reads of the store, as many commits.  Case C02; the times that this
# makes equal are measured by scripts/campaign-timing.

use strict;
use warnings;

use File::Temp;
use Login::Test;


my $password = 'correct horse battery staple';
my @fields = qw(hashes blocks gets walks views commits);

my $library = File::Temp->new(SUFFIX => '.so');

system('gcc', '-O2', '-shared', '-fPIC', '-o', $library->filename,
       "$Login::Test::ROOT/t/lib/count_calls.c") == 0
    or die "count_calls.c does not compile\n";
chmod 0755, $library->filename;

my $count = File::Temp->new;

print $count pack 'Q*', (0) x @fields;
$count->flush;
chmod 0666, $count->filename;


sub counts {
    open my $fh, '<:raw', $count->filename or die "counts: $!\n";
    local $/;

    return unpack 'Q*', readline $fh;
}


sub instance {
    my (%opt) = @_;

    my $t = Login::Test->new(
        workers => 1,
        preload => [ $library->filename ],
        env     => { COUNT_CALLS => $count->filename },
        %opt,
    );

    $t->add_user($_, $password)
        for qw(known1@example.com disabl@example.com older1@example.com);
    $t->cli_ok('user', 'add', 'nopass@example.com');
    $t->cli_ok('import', 'htpasswd', $t->write_file('users',
        "import\@example.com:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n"));

    return $t;
}


sub conf {
    my ($memory) = @_;

    return <<"END";
login_hash memory=$memory passes=1;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;

    location /login/ { login_portal; }
}
END
}


# Has the password hashed anew, at the cost that is set.  Nobody waits for
# that to be kept: it was once nothing more than the check is hashed.

sub rehash {
    my ($t, $username, $blocks) = @_;

    ok wait_for(sub {
        my $browser = $t->browser;
        my $page = $browser->get('/login/');
        my ($before) = (counts())[1];

        $browser->submit($page, {
            username => $username, password => $password })->status == 303
            or die "$username is not signed in\n";

        return (counts())[1] - $before == $blocks;
    }), "$username is hashed at the cost of now";
}


# What one sign-in takes, as text; the form was fetched before.

sub work {
    my ($t, $status, $username, $given) = @_;

    my $browser = $t->browser;
    my $page = $browser->get('/login/');
    my @before = counts();
    my $answer = $browser->submit($page, {
        username => $username, password => $given });
    my @after = counts();

    is $answer->status, $status, "$username is answered with $status";

    return join ' ', map { "$fields[$_]=" . ($after[$_] - $before[$_]) }
        0 .. $#fields;
}


my %kinds = (
    'wrong password'     => [ 'known1@example.com', 'wrong' ],
    'disabled'           => [ 'disabl@example.com', $password ],
    'disabled, wrong'    => [ 'disabl@example.com', 'wrong' ],
    'without a password' => [ 'nopass@example.com', $password ],
    'another unknown'    => [ 'noone1@example.com', $password ],
    'imported, wrong'    => [ 'import@example.com', 'wrong' ],
    'older cost, wrong'  => [ 'older1@example.com', 'wrong' ],
);

my $t = instance();

# an account whose hash was made at half the cost

$t->run(conf('1m'));
rehash($t, 'older1@example.com', 1024);

$t->reload(conf('2m'));
rehash($t, $_, 2048) for qw(known1@example.com disabl@example.com);
$t->cli_ok('user', 'disable', 'disabl@example.com');

my $unknown = work($t, 403, 'nobody@example.com', $password);

like $unknown, qr/^hashes=1 blocks=2048 /, 'the hash that is set';
like $unknown, qr/ gets=[1-9]/, 'the store was read';

for my $kind (sort keys %kinds) {
    my $work = work($t, 403, @{ $kinds{$kind} });

    # in two parts, which are as much together

    my $all = $kind =~ /older/ ? $unknown =~ s/hashes=1/hashes=2/r : $unknown;

    is $work, $all, "$kind: the same work as for an unknown name";
}

$t->stop;


# --- locked: nothing is hashed, and the rest is the same

$t = instance(limit => 'login_limit attempts=2 lockout=1d rate=1000000/m;');
$t->run(conf('2m'));
$t->cli_ok('user', 'disable', 'disabl@example.com');

my @locked = qw(nobody@example.com noone1@example.com known1@example.com
                disabl@example.com nopass@example.com import@example.com);

for my $username (@locked) {
    my $browser = $t->browser;

    $browser->submit($browser->get('/login/'), {
        username => $username, password => 'wrong' }) for 1 .. 2;
}

my $locked = work($t, 429, $locked[0], $password);

like $locked, qr/^hashes=0 blocks=0 /, 'a locked name is not hashed';

is work($t, 429, $_, $password), $locked,
    "$_ is locked: the same work as for an unknown name"
    for @locked[1 .. $#locked];

done_testing;

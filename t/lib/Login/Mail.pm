package Login::Mail;

# A relay that keeps what it is sent: see t/mail/sink.mjs.
#
#     my $relay = Login::Mail->new;
#
#     ... login_mail smtp://127.0.0.1:@{[ $relay->port ]} starttls=off;
#
#     my @mails = $relay->wait_mails(1);
#     $relay->restart(rcpt => 450);

use strict;
use warnings;

use IPC::Open2;
use JSON::PP;

use Login::Test ();


my $folder = "$Login::Test::ROOT/t/mail";


# Why it cannot run, or nothing.

sub missing {
    return 'no node' unless grep { -x "$_/node" } split /:/, $ENV{PATH};
    return 'no smtp-server, run "npm ci" in t/mail'
        unless -d "$folder/node_modules/smtp-server";
    return;
}


sub new {
    my ($class, %settings) = @_;

    my $pid = open2(my $out, my $in, 'node', "$folder/sink.mjs");

    my $self = bless { pid => $pid, in => $in, out => $out }, $class;

    $self->restart(%settings);

    return $self;
}


sub ask {
    my ($self, $question) = @_;

    print { $self->{in} } encode_json($question), "\n";
    $self->{in}->flush;

    my $line = readline $self->{out};

    die "the relay has ended\n" unless defined $line;

    return decode_json($line);
}


sub restart {
    my ($self, %settings) = @_;

    $self->{port} = $self->ask({ start => { %settings } })->{port};
}


sub port  { $_[0]{port} }
sub stop  { $_[0]->ask({ stop => 1 }) }
sub quiet { $_[0]->ask({ quiet => 1 }) }
sub seen  { $_[0]->ask({ seen => 1 }) }


# All mails, or all but the first "from".

sub mails {
    my ($self, $from) = @_;

    return @{ $self->ask({ mails => { from => $from // 0 } }) };
}


# The first link to "path" of a portal in a mail.

sub link_to {
    my ($mail, $path) = @_;

    my ($link) = $mail->{text} =~ m{(https?://\S+?/\Q$path\E/[\w-]{43})\b};

    return $link;
}


# The mails when there are "n" or more.

sub wait_mails {
    my ($self, $n) = @_;

    my @mails;

    Login::Test::wait_for(sub { @mails = $self->mails; @mails >= $n });

    return @mails;
}


# Puts a mail into the outbox of "t"; returns its id, or all with "count".

sub put {
    my ($t, %field) = @_;

    my ($status, $out, $err) = $t->command({},
        Login::Test::build_dir() . '/unit/put_mail', $t->store, $t->key,
        map { "$_=$field{$_}" } sort keys %field);

    die "put_mail: $err\n" if $status;

    my @ids = split /\n/, $out;

    return wantarray ? @ids : $ids[0];
}


# What "nginx-login mail list" says, by id.

sub states {
    my ($t) = @_;

    return { map { $_->{id} => $_ }
             @{ decode_json($t->cli_ok('--json', 'mail', 'list')) } };
}


# The state of one mail, when "check" is true of it.

sub wait_state {
    my ($t, $id, $check) = @_;

    my $state;

    Login::Test::wait_for(sub {
        $state = states($t)->{$id};
        return $state && $check->($state);
    });

    return $state;
}


# The worker that sends: it alone has the lock file open for long.

sub sender {
    my ($t) = @_;

    my $lock = $t->store . '/mail.lock';

    return Login::Test::wait_for(sub {
        my @holders = grep {
            my $pid = $_;
            grep { (readlink($_) // '') eq $lock } glob "/proc/$pid/fd/*";
        } $t->workers(all => 1);

        return @holders == 1 ? $holders[0] : undef;
    });
}


sub DESTROY {
    my ($self) = @_;

    return unless $self->{pid};

    local $?;

    close $self->{in};
    close $self->{out};
    waitpid $self->{pid}, 0;
}


1;

#!/usr/bin/perl
# The link of a run: the sandbox's network namespace with one veth pair into the gateway's, and nothing else.
#
#   link.pl DIRECTORY AGENT/PREFIX GATEWAY CANARY:PORT [UID:GID]
#   link.pl --probe DIRECTORY [UID:GID]
#
# In order: waits for the host's word, makes the veth pair, gives up every capability, proves that the floor refuses and that the resolver
# answers, says "ready", looks for hidden paths, says "probed", and sleeps until standard input ends.
# With --probe it only looks for hidden paths and exits.
#
# Standard input: "go" and NUL once the floor is loaded (not with --probe), then paths relative to DIRECTORY, each followed by NUL, the list ended by an empty one. A path that
# exists is answered by "visible PATH", one that cannot be told by "unknown PATH", both percent-encoded. UID:GID is
# whose eyes look: without capabilities even root cannot look into other people's private directories.
#
# Perl, since dropping capabilities needs capset(2), which Node does not have, and perl-base is in every Debian.
use strict;
use warnings;
use Errno qw(ECONNREFUSED EINPROGRESS ENOENT ENOTDIR);
use POSIX ();
use Socket qw(AF_INET IPPROTO_TCP PF_INET SOCK_DGRAM SOCK_NONBLOCK SOCK_STREAM SOL_SOCKET SO_ERROR inet_aton pack_sockaddr_in);
use Time::HiRes qw(sleep time);

my $DEADLINE;
my $pending = '';
my $CANARY_NAME = 'canary.cagent.invalid';
my %CAPSET = (x86_64 => 126, aarch64 => 91);

$| = 1;
my $probe_only = @ARGV && $ARGV[0] eq '--probe';
shift @ARGV if $probe_only;
my $directory = shift @ARGV;
fail('no directory to look into') unless defined $directory && length $directory;
if ($probe_only) {
    become($ARGV[0]);
    probe($directory);
    exit 0;
}
my ($agent, $gateway, $canary, $user) = @ARGV;
fail('usage: link.pl DIRECTORY AGENT/PREFIX GATEWAY CANARY:PORT [UID:GID]') unless defined $canary;
await_word('go');
$DEADLINE = time() + 15;
connect_namespaces($agent, $gateway);
become($user);
wait_for('the gateway to bring the link up', sub { read_line('/sys/class/net/eth0/carrier') eq '1' });
wait_for('the resolver to refuse a name', sub { resolver_refuses($gateway) });
wait_for('the floor to refuse a connection', sub { floor_refuses($canary) });
print "ready\n";
probe($directory);
# Nothing may come any more: the end of the pipe is the end of this container.
1 while sysread(STDIN, my $rest, 4096);

# This container starts while the gateway loads its floor, and without the floor there must be no link.
sub await_word {
    my ($word) = @_;
    binmode STDIN;
    my $said = next_item();
    fail("expected the word '$word' first") unless $said eq $word;
}

# Process 1 here is the gateway, whose process namespace this container shares.
sub connect_namespaces {
    my ($address, $via) = @_;
    run(qw(ip link add eth0 type veth peer name agent0 netns 1));
    run(qw(ip addr add), $address, qw(dev eth0));
    run(qw(ip link set eth0 up));
    run(qw(ip route add default via), $via);
}

sub run {
    my @command = @_;
    system(@command) == 0 or fail("'@command' failed");
}

sub become {
    my ($user) = @_;
    if (defined $user && length $user) {
        my ($uid, $gid) = $user =~ /^(\d+):(\d+)$/ or fail("'$user' is not UID:GID");
        if ($uid != $<) {
            $! = 0;
            $) = "$gid $gid";
            fail("cannot become group $gid: $!") if $!;
            POSIX::setgid($gid) or fail("cannot become group $gid: $!");
            POSIX::setuid($uid) or fail("cannot become user $uid: $!");
        }
    }
    my $number = $CAPSET{ (POSIX::uname())[4] } or fail('this processor is not supported');
    my $header = pack('LL', 0x20080522, 0);
    my $none = pack('L6', (0) x 6);
    syscall($number, $header, $none) == 0 or fail("cannot give up capabilities: $!");
    open my $status, '<', '/proc/self/status' or fail("cannot read /proc/self/status: $!");
    my %held = map { /^(Cap(?:Inh|Prm|Eff|Amb)):\s*([0-9a-f]+)/ ? ($1 => $2) : () } <$status>;
    fail('cannot tell which capabilities are left') unless keys %held == 4;
    fail("capabilities are left: $_ $held{$_}") for grep { $held{$_} !~ /^0+$/ } sort keys %held;
}

sub wait_for {
    my ($what, $good) = @_;
    until ($good->()) {
        fail("waited in vain for $what") if time() > $DEADLINE;
        sleep 0.01;
    }
}

sub read_line {
    my ($path) = @_;
    open my $file, '<', $path or return '';
    my $line = <$file>;
    $line = '' unless defined $line;
    chomp $line;
    return $line;
}

# A connection to an address that nobody may reach: has to be refused at once, by a reset.
sub floor_refuses {
    my ($host, $port) = $_[0] =~ /^([\d.]+):(\d+)$/ or fail("'$_[0]' is not ADDRESS:PORT");
    socket(my $socket, PF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_TCP) or fail("socket: $!");
    if (connect($socket, pack_sockaddr_in($port, inet_aton($host)))) { fail('the floor let a connection pass') }
    return 1 if $! == ECONNREFUSED;
    return 0 if $! != EINPROGRESS;
    my $bits = '';
    vec($bits, fileno($socket), 1) = 1;
    return 0 unless select(undef, $bits, undef, 1);
    my $error = unpack('i', getsockopt($socket, SOL_SOCKET, SO_ERROR));
    fail('the floor let a connection pass') if $error == 0;
    return $error == ECONNREFUSED;
}

# A name under .invalid, asked of the gateway: has to be answered NXDOMAIN (3).
sub resolver_refuses {
    my ($server) = @_;
    socket(my $socket, PF_INET, SOCK_DGRAM, 0) or fail("socket: $!");
    connect($socket, pack_sockaddr_in(53, inet_aton($server))) or return 0;
    my $id = int rand 65536;
    my $name = join '', map { pack('C/a*', $_) } split(/\./, $CANARY_NAME), '';
    send($socket, pack('n6', $id, 0x0100, 1, 0, 0, 0) . $name . "\0" . pack('n2', 1, 1), 0) or return 0;
    my $bits = '';
    vec($bits, fileno($socket), 1) = 1;
    return 0 unless select($bits, undef, undef, 0.25);
    defined recv($socket, my $answer, 512, 0) or return 0;
    return 0 if length $answer < 4;
    my ($answered, $flags) = unpack('n2', $answer);
    fail('the resolver answered a name that does not exist') if $answered == $id && ($flags & 0xf) != 3;
    return $answered == $id;
}

# lstat(2) on every path: what is hidden has to be absent, not merely unreadable.
sub probe {
    my ($root) = @_;
    no warnings 'newline';
    chdir $root or fail("cannot enter $root: $!");
    binmode STDIN;
    while ((my $path = next_item()) ne '') {
        if (lstat $path) { print 'visible ', escape($path), "\n" }
        elsif ($! != ENOENT && $! != ENOTDIR) { print 'unknown ', escape($path), "\n" }
    }
    print "probed\n";
}

# The next item of standard input, without its NUL.
sub next_item {
    while (1) {
        return $1 if $pending =~ s/^([^\0]*)\0//;
        my $count = sysread(STDIN, $pending, 65536, length $pending);
        fail('standard input ended too early') unless $count;
    }
}

sub escape {
    my ($path) = @_;
    $path =~ s/([^A-Za-z0-9._\/-])/sprintf '%%%02X', ord $1/ge;
    return $path;
}

sub fail {
    my ($message) = @_;
    print STDERR "link: $message\n";
    POSIX::_exit(1);
}

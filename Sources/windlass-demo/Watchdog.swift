import Foundation

/// Ends the programs of a demo that was killed and could not end them itself.
///
/// A shell that waits for the end of its standard input, which is the demo's end however it comes.
enum Watchdog {
  static let script = """
    trap '' INT TERM HUP
    pids=
    while read -r verb rest; do
      case $verb in
      watch) pids="$pids $rest" ;;
      done) exit 0 ;;
      esac
    done
    for pid in $pids; do kill -TERM "$pid" 2>/dev/null; done
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
      alive=
      for pid in $pids; do kill -0 "$pid" 2>/dev/null && alive=yes; done
      [ -z "$alive" ] && break
      sleep 1
    done
    for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
    rm -rf -- "$1"
    """
}

# Runs one job inside any image that has a POSIX shell and one of curl, wget or python3: claims it, fetches the inputs, runs the
# command within its limits, uploads what there is, and writes the result last. The generated head of this script sets:
#   CH_NONCE CH_PUT_* (presigned URLs) CH_D CH_E CH_U (limits, s) CH_ART CH_CWD, "$@" the command, ch_inputs and ch_outputs.
# No URL and no header ever stands in an argument of a process: tools read them from files that only this user can read.
rm -f "$0"
umask 077
R=${CH_ROOT:-}
W=$R/tmp/.ch V=$R/volume O=$R/output
mkdir -p "$W" 2>/dev/null || { W=${TMPDIR:-/tmp}/.ch; mkdir -p "$W"; }
START=$(date +%s) STAGE=start STAGES= TOOL= HB='' JOB='' WATCH=''
MACHINE=${RUNPOD_POD_ID:-${CONTAINER_APP_JOB_EXECUTION_NAME:-$(hostname 2>/dev/null)}}
ME=$(cat /proc/sys/kernel/random/uuid 2>/dev/null || echo "$$-$START")

say() { printf '##CH %s %s\n' "$CH_NONCE" "$*"; }

pick() {
  for t in ${CH_TOOLS:-curl wget python3 python}; do
    command -v "$t" >/dev/null 2>&1 || continue
    # busybox has a wget of its own, which cannot PUT.
    if [ "$t" = wget ]; then wget --help 2>&1 | grep -q -- --body-file || continue; fi
    TOOL=$t; return 0
  done
  return 1
}

install() {
  [ "$(id -u)" = 0 ] && [ "${CH_INSTALL:-1}" = 1 ] || return 1
  { apt-get update && apt-get install -y --no-install-recommends curl ca-certificates; } >/dev/null 2>&1 ||
    apk add --no-cache curl >/dev/null 2>&1 || { microdnf install -y curl || dnf install -y curl || yum install -y curl; } >/dev/null 2>&1
}

PY='import sys,urllib.request as u
l=sys.stdin.read().split("\n"); m,url,src,dst=l[:4]; h=dict(x.split(": ",1) for x in l[4:] if x)
d=None
if src:
  import os
  d=open(src,"rb"); h["Content-Length"]=str(os.path.getsize(src))
try: r=u.urlopen(u.Request(url,data=d,headers=h,method=m),timeout=300)
except u.HTTPError as e: sys.stderr.write("HTTP %d\n"%e.code); sys.exit(22)
o=open(dst,"wb") if dst else None; n=0
while 1:
  b=r.read(1<<20)
  if not b: break
  n+=len(b)
  if n>int(sys.argv[1]): sys.exit(1)
  if o: o.write(b)'

quote() { printf %s "$1" | sed 's/\\/\\\\/g; s/"/\\"/g'; }

# send METHOD URL BODY-FILE-OR-EMPTY ANSWER-FILE-OR-EMPTY [HEADER...]: one request, once. 22 when the server refuses it.
send() {
  m=$1 u=$2 src=$3 dst=$4; shift 4
  # wget and python3 would call any body a form.
  if [ -n "$src" ] && [ "$TOOL" != curl ]; then
    case " $* " in *[Cc]ontent-[Tt]ype:*) ;; *) set -- "$@" 'Content-Type: application/octet-stream';; esac
  fi
  q=$(mktemp "$W/q.XXXXXX") || return 1
  case $TOOL in
    curl)
      { printf 'url = "%s"\n' "$(quote "$u")"; printf 'header = "Expect:"\n'; for h; do printf 'header = "%s"\n' "$(quote "$h")"; done; } >"$q"
      if [ -n "$src" ]; then set -- -X "$m" -T "$src"; elif [ "$m" = GET ]; then set -- -L --max-filesize "$CH_MAX"; else set -- -X "$m"; fi
      curl -fsS -K "$q" -o "${dst:-/dev/null}" --connect-timeout 30 "$@" 2>>"$W/errors";;
    wget)
      : >"$q"; printf '%s\n' "$u" >"$q.u"; for h; do printf 'header = %s\n' "$h"; done >"$q"
      if [ -n "$src" ]; then set -- --max-redirect=0 "--body-file=$src"; else set --; fi
      wget -q --tries=1 --timeout=300 --config="$q" --method="$m" -O "${dst:-/dev/null}" -i "$q.u" "$@" 2>>"$W/errors";;
    *)
      { printf '%s\n' "$m" "$u" "$src" "$dst"; for h; do printf '%s\n' "$h"; done; } >"$q"
      "$TOOL" -c "$PY" "$CH_MAX" <"$q" 2>>"$W/errors";;
  esac
  r=$?; rm -f "$q" "$q.u"
  [ "$TOOL" = wget ] && [ $r = 8 ] && r=22
  return $r
}

# persist REQUEST...: no after three refusals, or after CH_RETRY seconds without anybody there.
persist() {
  n=0 no=0 p=1
  while :; do
    send "$@"; e=$?
    [ $e = 0 ] && return 0
    [ $e = 22 ] && { no=$((no + 1)); [ $no -ge 3 ] && return 1; }
    n=$((n + p)); [ $n -gt "${CH_RETRY:-300}" ] && return 1
    sleep $p; [ $p -lt 15 ] && p=$((p * 2))
  done
}
fetch() { f=$2 g=$1; shift 2; mkdir -p "$(dirname "$f")" && persist GET "$g" '' "$f" "$@" && [ "$(wc -c <"$f")" -le "$CH_MAX" ]; }
AZ='x-ms-blob-type: BlockBlob'
store() { persist PUT "$1" "$2" '' "$AZ"; }

# unpack URL FOLDER: an archive that was staged for this job.
unpack() { a=$(mktemp "$W/in.XXXXXX") && fetch "$1" "$a" && mkdir -p "$2" && tar -xzf "$a" -C "$2"; s=$?; rm -f "$a"; return $s; }

# put METHOD URL FILE [HEADER...], and post URL FILE BOUNDARY HEAD-FILE [HEADER...]: one output of the job.
put() { m=$1 u=$2 f=$3; shift 3; [ -f "$f" ] || { echo "missing: $f" >>"$W/errors"; return 1; }; persist "$m" "$u" "$f" '' "$@"; }
post() {
  pu=$1 f=$2 b=$3 hd=$4; shift 4
  [ -f "$f" ] || return 1
  mp=$(mktemp "$W/mp.XXXXXX") && { cat "$hd" "$f"; printf '\r\n--%s--\r\n' "$b"; } >"$mp" || return 1
  put POST "$pu" "$mp" "Content-Type: multipart/form-data; boundary=$b" "$@"; s=$?; rm -f "$mp"; return $s
}

# A sign of life that is lost is followed by the next: nothing waits for it.
beat() { printf '%snow %s\n' "$STAGES" "$(date +%s)" >"$1"; send PUT "$CH_PUT_STAGE" "$1" '' "$AZ"; }
stage() {
  STAGE=$1; STAGES="$STAGES$1 $(date +%s)
"
  printf %s "$STAGES" >"$W/stages"; say stage "$1"; beat "$W/beat"
}
heartbeat() { while sleep "${CH_BEAT:-30}"; do STAGES=$(cat "$W/stages")"
"; beat "$W/beat2" >/dev/null; done; }

# finish CLASS REASON EXIT: the result is written once, whoever writes first.
finish() {
  trap '' TERM INT
  [ -n "$HB" ] && stop "$HB"
  STAGES=$(cat "$W/stages" 2>/dev/null | tr '\n' ' ')
  printf '{"class":"%s","reason":"%s","stage":"%s","exit":%s,"start":%s,"end":%s,"stages":"%s"}' "$1" "$2" "$STAGE" "${3:-null}" "$START" "$(date +%s)" "$STAGES" >"$W/result"
  say result "$(cat "$W/result")"
  # What was paid for is not given up because the storage is away for a while.
  CH_RETRY=1800
  [ -n "$TOOL" ] && store "$CH_PUT_RESULT" "$W/result"
  leave "${3:-1}"
}
leave() {
  trap - TERM INT
  if [ "${CH_EXIT:-0}" = 1 ]; then case $1 in null) exit 1;; *) exit "$1";; esac; fi
  if [ -n "${RUNPOD_POD_ID:-}" ] && [ -n "${RUNPOD_API_KEY:-}" ] && [ -n "$TOOL" ]; then
    pause "${CH_GRACE:-45}"; send DELETE "${CH_RUNPOD:-https://api.runpod.io/v2}/pods/$RUNPOD_POD_ID" '' '' "Authorization: Bearer $RUNPOD_API_KEY"; fi
  # Where a container that ends is started again, it must not end.
  while :; do pause 3600; done
}
pause() { sleep "$1" & wait $!; }
# Nothing weaker: a shell that has just been forked loses other signals.
stop() { kill -KILL "$1" 2>/dev/null; wait "$1" 2>/dev/null; }

# limit SECONDS COMMAND...: 124 when the time is over; TERM first, KILL three seconds later, to the whole group where there is one.
limit() {
  s=$1; shift; rm -f "$W/late"
  "$@" & JOB=$!
  # In short steps: the last one outlives the watch.
  ( while [ "$s" -gt 0 ]; do if [ "$s" -gt 5 ]; then d=5; else d=$s; fi; sleep "$d"; s=$((s - d)); done
    : >"$W/late"; kill -TERM -$JOB || kill -TERM $JOB; sleep 3; kill -KILL -$JOB || kill -KILL $JOB ) >/dev/null 2>&1 & WATCH=$!
  wait $JOB; rc=$?
  if [ -f "$W/late" ]; then kill -KILL -$JOB 2>/dev/null; rc=124; fi
  stop $WATCH; JOB= WATCH=
  return $rc
}
caught() {
  [ -n "$JOB" ] && { kill -TERM -"$JOB" || kill -TERM "$JOB"; } 2>/dev/null
  [ -n "$WATCH" ] && stop "$WATCH"
  finish horde_failed executor_disconnected null
}
trap caught TERM INT

pick || { install; pick || TOOL=; }
if [ -z "$TOOL" ]; then finish horde_failed no_transfer_tool null; fi

# The claim is a write that never overwrites: whoever comes second must not run the job.
printf '%s %s\n' "$MACHINE" "$ME" >"$W/claim"
n=0
while ! send PUT "$CH_PUT_CLAIM" "$W/claim" '' "$AZ"; do
  if send GET "$CH_PUT_CLAIM" '' "$W/claimed"; then
    cmp -s "$W/claim" "$W/claimed" 2>/dev/null && break
    case $(cat "$W/claimed") in
      "$(cat "$W/claim")") break;;
      "$MACHINE "*) STAGE=claim; finish horde_failed restarted null;;
      *) say duplicate; leave null;;
    esac
  fi
  n=$((n + 1)); [ $n -ge 30 ] && { STAGE=claim; finish horde_failed storage_unreachable null; }
  if [ $n -lt 10 ]; then sleep $n; else sleep 10; fi
done

if ! mkdir -p "$V" "$O" ${CH_ART:+"$R$CH_ART"} 2>"$W/errors" || ! : >"$O/stdout.txt"; then finish horde_failed folders_not_writable null; fi
chmod 755 "$V" "$O"
stage executor_ready
heartbeat & HB=$!

limit "$CH_D" ch_inputs; rc=$?
[ $rc = 124 ] && { STAGE=volume_download; finish failed timeout null; }
[ $rc != 0 ] && { STAGE=volume_download; finish failed download_failed null; }
stage volumes_ready

up() { store "$CH_PUT_STDOUT" "$O/stdout.txt" && store "$CH_PUT_STDERR" "$O/stderr.txt"; }
run() {
  unset CH_SCRIPT RUNPOD_API_KEY
  CH_VOLUME=$V CH_OUTPUT=$O CH_ARTIFACTS=${CH_ART:+$R$CH_ART}
  export CH_VOLUME CH_OUTPUT CH_ARTIFACTS
  umask 022
  cd "$R/$CH_CWD" 2>/dev/null || cd "$R/"
  if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; fi
  exec "$@"
}
limit "$CH_E" run "$@" >"$O/stdout.txt" 2>"$O/stderr.txt" </dev/null; rc=$?
if [ $rc != 0 ]; then
  late=; [ -f "$W/late" ] && late=1
  STAGE=execution; up
  [ -n "$late" ] && finish failed timeout null
  finish failed nonzero_return_code $rc
fi
stage execution_done

artifacts() {
  [ -n "$CH_ART" ] || return 0
  ( cd "$R$CH_ART" && find . -maxdepth 1 -type f -size -1000000c >"$W/list" && tar -czf "$W/artifacts" -T "$W/list" ) && store "$CH_PUT_ARTIFACTS" "$W/artifacts"
}
uploads() { up && artifacts && ch_outputs; }
limit "$CH_U" uploads; rc=$?
STAGE=result_upload
[ $rc = 124 ] && finish failed timeout 0
[ $rc != 0 ] && finish failed upload_failed 0
finish completed ok 0

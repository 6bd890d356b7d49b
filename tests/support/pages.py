"""What a test origin answers, by path. Every answer names the origin in X-Served-By.

    /healthz            200, or 503 when the origin is not healthy
    /echo               the request's body
    /seen               the request as JSON: method, target, version, fields
    /bytes/N            N bytes, the same for every N's position (see stream_bytes)
    /sink               reads the body, answers with its length and SHA-256
    /slow-sink/MS       the same, but reads nothing for that long
    /status/N           that status
    /delay/MS           "ok" after that long
    /chunked/N          N chunks and a trailer field
    /until-close/N      N bytes without a length; closing ends them
    /early/N            status N before the body is read, then closes
    /interim            103 with a Link, then 200
    /trickle/N/MS       N bytes, one every MS
    /upgrade, /tunnel   Upgrade: echo, then echoes bytes until EOF
    /quit               "ok" and Connection: close
"""

import asyncio
import hashlib
import json

PIECE = 256 * 1024
PATTERN = bytes(range(256)) * (PIECE // 256)


def stream_bytes(length):
    """The body of /bytes/N, piece by piece: 0, 1, ... 255, 0, ..."""
    while length > 0:
        yield PATTERN[:min(length, PIECE)]
        length -= PIECE


def head(origin, status, fields=(), reason="X"):
    lines = [f"HTTP/1.1 {status} {reason}", f"X-Served-By: {origin.name}"]
    lines += [f"{name}: {value}" for name, value in fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def reply(origin, request, writer, body=b"", status=200, fields=()):
    with_length = [("Content-Length", len(body)), ("Content-Type", "text/plain"), *fields]
    writer.write(head(origin, status, with_length) + (b"" if request.method == "HEAD" else body))
    await writer.drain()
    return keeps(request)


def keeps(request):
    options = (request.get("Connection") or "").lower()
    if request.version == "HTTP/1.0":
        return "keep-alive" in options
    return "close" not in options


async def body_pieces(request, reader):
    """The request's body as it arrives; trailers end up in the request."""
    coding = (request.get("Transfer-Encoding") or "").lower()
    if coding.endswith("chunked"):
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            while size:
                piece = await reader.read(min(size, PIECE))
                if not piece:
                    raise asyncio.IncompleteReadError(piece, size)
                size -= len(piece)
                yield piece
            await reader.readuntil(b"\r\n")
        while (line := await reader.readuntil(b"\r\n")) != b"\r\n":
            name, _, value = line.decode("latin-1").partition(":")
            request.trailers.append((name, value.strip()))
        return
    left = int(request.get("Content-Length") or 0)
    while left:
        piece = await reader.read(min(left, PIECE))
        if not piece:
            raise asyncio.IncompleteReadError(piece, left)
        left -= len(piece)
        yield piece


def welcome(request, writer):
    """The client may be waiting to be asked for its body."""
    if (request.get("Expect") or "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")


async def whole_body(request, reader, writer):
    welcome(request, writer)
    try:
        request.body = b"".join([piece async for piece in body_pieces(request, reader)])
    except asyncio.IncompleteReadError:
        request.aborted = True
        raise
    request.complete = True
    return request.body


async def health(origin, request, reader, writer):
    return await reply(origin, request, writer, b"ok\n", 200 if origin.healthy else 503)


async def answer(origin, request, reader, writer):
    name, *words = request.target.split("?")[0].lstrip("/").split("/")
    page = PAGES.get(name, echo)
    return await page(origin, request, reader, writer, words)


async def echo(origin, request, reader, writer, _):
    body = await whole_body(request, reader, writer)
    return await reply(origin, request, writer, body)


async def seen(origin, request, reader, writer, _):
    await whole_body(request, reader, writer)
    shown = {"method": request.method, "target": request.target, "version": request.version,
             "fields": request.fields, "trailers": request.trailers, "length": len(request.body)}
    return await reply(origin, request, writer, json.dumps(shown).encode())


async def send_bytes(origin, request, reader, writer, words):
    await whole_body(request, reader, writer)
    length = int(words[0])
    writer.write(head(origin, 200, [("Content-Length", length)]))
    if request.method != "HEAD":
        for piece in stream_bytes(length):
            writer.write(piece)
            await writer.drain()
    await writer.drain()
    return keeps(request)


async def sink(origin, request, reader, writer, _):
    digest, length = hashlib.sha256(), 0
    welcome(request, writer)
    async for piece in body_pieces(request, reader):
        digest.update(piece)
        length += len(piece)
    told = json.dumps({"length": length, "sha256": digest.hexdigest()})
    return await reply(origin, request, writer, told.encode())


async def status(origin, request, reader, writer, words):
    await whole_body(request, reader, writer)
    code = int(words[0])
    if code in (204, 304):
        writer.write(head(origin, code, [("ETag", '"x"')]))
        await writer.drain()
        return keeps(request)
    return await reply(origin, request, writer, b"status\n", code)


async def delay(origin, request, reader, writer, words):
    await whole_body(request, reader, writer)
    await asyncio.sleep(int(words[0]) / 1000)
    return await reply(origin, request, writer, b"ok\n")


async def chunked(origin, request, reader, writer, words):
    await whole_body(request, reader, writer)
    writer.write(head(origin, 200, [("Transfer-Encoding", "chunked"), ("Trailer", "X-Sum")]))
    for number in range(int(words[0])):
        piece = f"chunk {number}\n".encode()
        writer.write(b"%x;note=1\r\n%s\r\n" % (len(piece), piece))
        await writer.drain()
        await asyncio.sleep(0)
    writer.write(b"0\r\nX-Sum: %d\r\n\r\n" % int(words[0]))
    await writer.drain()
    return keeps(request)


async def until_close(origin, request, reader, writer, words):
    await whole_body(request, reader, writer)
    writer.write(head(origin, 200, [("Connection", "close")]))
    for piece in stream_bytes(int(words[0])):
        writer.write(piece)
        await writer.drain()
    return False


async def early(origin, request, reader, writer, words):
    """Answers without waiting for the body, as a server does that refuses an upload."""
    await reply(origin, request, writer, b"early\n", int(words[0]), [("Connection", "close")])
    writer.write_eof()
    # Reads on for a moment: closing with unread bytes would reset the connection and lose the answer.
    try:
        async with asyncio.timeout(1):
            while await reader.read(PIECE):
                pass
    except TimeoutError:
        pass
    return False


async def interim(origin, request, reader, writer, _):
    await whole_body(request, reader, writer)
    writer.write(head(origin, 103, [("Link", "</style.css>; rel=preload")], "Early Hints"))
    await writer.drain()
    await asyncio.sleep(0.05)
    return await reply(origin, request, writer, b"after hints\n")


async def trickle(origin, request, reader, writer, words):
    await whole_body(request, reader, writer)
    count, pause = int(words[0]), int(words[1]) / 1000
    writer.write(head(origin, 200, [("Content-Length", count)]))
    for _ in range(count):
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(pause)
    return keeps(request)


async def upgrade(origin, request, reader, writer, _):
    writer.write(head(origin, 101, [("Connection", "Upgrade"), ("Upgrade", request.get("Upgrade") or "echo")]))
    while data := await reader.read(PIECE):
        writer.write(data)
        await writer.drain()
    return False


async def slow_sink(origin, request, reader, writer, words):
    await asyncio.sleep(int(words[0]) / 1000)
    return await sink(origin, request, reader, writer, words)


async def leave(origin, request, reader, writer, _):
    await whole_body(request, reader, writer)
    await reply(origin, request, writer, b"ok\n", fields=[("Connection", "close")])
    return False


PAGES = {
    "echo": echo, "seen": seen, "bytes": send_bytes, "sink": sink, "status": status, "delay": delay,
    "chunked": chunked, "until-close": until_close, "early": early, "interim": interim, "trickle": trickle,
    "upgrade": upgrade, "tunnel": upgrade, "slow-sink": slow_sink, "quit": leave,
}

#!/usr/bin/python3
"""Listens by WHEP with aiortc, an implementation of WebRTC of its own (Debian's python3-aiortc).

    whep_client.py URL [--json]

Prints a JSON line for the answer, {"status", "location", "sdp"}, and then one for each 100 ms of what it
hears: {"seconds", "rms": [dBFS per channel], "hertz": [loudest per channel]}. Ends at the end of its input.
--json: by /offer rather than WHEP.
"""

import asyncio
import json
import sys
import urllib.error
import urllib.request

import numpy
from aiortc import RTCPeerConnection, RTCSessionDescription

STEREO = ("opus/48000/2\r\n", "opus/48000/2\r\na=fmtp:96 stereo=1\r\n")


def say(**what):
    print(json.dumps(what), flush=True)


def ask(url, sdp, as_json):
    body = json.dumps({"sdp": sdp, "type": "offer"}) if as_json else sdp
    kind = "application/json" if as_json else "application/sdp"
    request = urllib.request.Request(url, data=body.encode(), headers={"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read().decode()
            sdp = json.loads(text)["sdp"] if as_json else text
            say(status=answer.status, location=answer.headers["Location"], sdp=sdp)
            return sdp
    except urllib.error.HTTPError as error:
        say(status=error.code, location=None, sdp=error.read().decode())
        sys.exit(1)


def measure(seconds, piece, rate):
    hertz = [float(numpy.abs(numpy.fft.rfft(one)).argmax() * rate / len(one)) for one in piece]
    rms = [float(20 * numpy.log10(max(numpy.sqrt(numpy.mean((one / 32768) ** 2)), 1e-6))) for one in piece]
    say(seconds=round(seconds, 3), rms=rms, hertz=hertz)


async def listen(track):
    heard = numpy.zeros((0,))
    seconds = 0
    while True:
        frame = await track.recv()
        channels = len(frame.layout.channels)
        piece = frame.to_ndarray().astype(float).reshape(-1, channels)
        heard = piece if heard.size == 0 else numpy.concatenate([heard, piece])
        if len(heard) >= frame.sample_rate // 10:
            seconds += len(heard) / frame.sample_rate
            measure(seconds, heard.T, frame.sample_rate)
            heard = numpy.zeros((0,))


async def main(url, as_json):
    connection = RTCPeerConnection()
    connection.addTransceiver("audio", direction="recvonly")
    tasks = []
    connection.on("track", lambda track: tasks.append(asyncio.ensure_future(listen(track))))
    await connection.setLocalDescription(await connection.createOffer())
    offer = connection.localDescription.sdp.replace(*STEREO)
    loop = asyncio.get_running_loop()
    answer = await loop.run_in_executor(None, ask, url, offer, as_json)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await loop.run_in_executor(None, sys.stdin.read)
    for task in tasks:
        task.cancel()
    await connection.close()


asyncio.run(main(sys.argv[1], "--json" in sys.argv))

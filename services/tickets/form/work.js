"use strict";
/* Finds the nonce of a challenge away from the page, so that the page stays alive meanwhile. */
importScripts("/form/sha256.min.js");

onmessage = ({ data: { salt, difficulty } }) => {
  for (let nonce = 0; ; nonce += 1) {
    if (zeroBits(sha256.array(salt + nonce)) >= difficulty) {
      postMessage(String(nonce));
      return;
    }
  }
};

function zeroBits(bytes) {
  let bits = 0;
  for (const byte of bytes) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

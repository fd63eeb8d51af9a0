import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 9249:
/***/ ((__unused_webpack_module, exports) => {



exports.toString = function (klass) {
  switch (klass) {
    case 1: return 'IN'
    case 2: return 'CS'
    case 3: return 'CH'
    case 4: return 'HS'
    case 255: return 'ANY'
  }
  return 'UNKNOWN_' + klass
}

exports.toClass = function (name) {
  switch (name.toUpperCase()) {
    case 'IN': return 1
    case 'CS': return 2
    case 'CH': return 3
    case 'HS': return 4
    case 'ANY': return 255
  }
  return 0
}


/***/ }),

/***/ 4894:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {



const Buffer = (__nccwpck_require__(181).Buffer)
const types = __nccwpck_require__(1891)
const rcodes = __nccwpck_require__(2028)
const opcodes = __nccwpck_require__(4693)
const classes = __nccwpck_require__(9249)
const optioncodes = __nccwpck_require__(2075)
const ip = __nccwpck_require__(4550)

const QUERY_FLAG = 0
const RESPONSE_FLAG = 1 << 15
const FLUSH_MASK = 1 << 15
const NOT_FLUSH_MASK = ~FLUSH_MASK
const QU_MASK = 1 << 15
const NOT_QU_MASK = ~QU_MASK

const name = exports.name = {}

name.encode = function (str, buf, offset, { mail = false } = {}) {
  if (!buf) buf = Buffer.alloc(name.encodingLength(str))
  if (!offset) offset = 0
  const oldOffset = offset

  // strip leading and trailing .
  const n = str.replace(/^\.|\.$/gm, '')
  if (n.length) {
    let list = []
    if (mail) {
      let localPart = ''
      n.split('.').forEach(label => {
        if (label.endsWith('\\')) {
          localPart += (localPart.length ? '.' : '') + label.slice(0, -1)
        } else {
          if (list.length === 0 && localPart.length) {
            list.push(localPart + '.' + label)
          } else {
            list.push(label)
          }
        }
      })
    } else {
      list = n.split('.')
    }

    for (let i = 0; i < list.length; i++) {
      const len = buf.write(list[i], offset + 1)
      buf[offset] = len
      offset += len + 1
    }
  }

  buf[offset++] = 0

  name.encode.bytes = offset - oldOffset
  return buf
}

name.encode.bytes = 0

name.decode = function (buf, offset, { mail = false } = {}) {
  if (!offset) offset = 0

  const list = []
  let oldOffset = offset
  let totalLength = 0
  let consumedBytes = 0
  let jumped = false

  while (true) {
    if (offset >= buf.length) {
      throw new Error('Cannot decode name (buffer overflow)')
    }
    const len = buf[offset++]
    consumedBytes += jumped ? 0 : 1

    if (len === 0) {
      break
    } else if ((len & 0xc0) === 0) {
      if (offset + len > buf.length) {
        throw new Error('Cannot decode name (buffer overflow)')
      }
      totalLength += len + 1
      if (totalLength > 254) {
        throw new Error('Cannot decode name (name too long)')
      }
      let label = buf.toString('utf-8', offset, offset + len)
      if (mail) {
        label = label.replace(/\./g, '\\.')
      }
      list.push(label)
      offset += len
      consumedBytes += jumped ? 0 : len
    } else if ((len & 0xc0) === 0xc0) {
      if (offset + 1 > buf.length) {
        throw new Error('Cannot decode name (buffer overflow)')
      }
      const jumpOffset = buf.readUInt16BE(offset - 1) - 0xc000
      if (jumpOffset >= oldOffset) {
        // Allow only pointers to prior data. RFC 1035, section 4.1.4 states:
        // "[...] an entire domain name or a list of labels at the end of a domain name
        // is replaced with a pointer to a prior occurance (sic) of the same name."
        throw new Error('Cannot decode name (bad pointer)')
      }
      offset = jumpOffset
      oldOffset = jumpOffset
      consumedBytes += jumped ? 0 : 1
      jumped = true
    } else {
      throw new Error('Cannot decode name (bad label)')
    }
  }

  name.decode.bytes = consumedBytes
  return list.length === 0 ? '.' : list.join('.')
}

name.decode.bytes = 0

name.encodingLength = function (n) {
  if (n === '.' || n === '..') return 1
  return Buffer.byteLength(n.replace(/^\.|\.$/gm, '')) + 2
}

const string = {}

string.encode = function (s, buf, offset) {
  if (!buf) buf = Buffer.alloc(string.encodingLength(s))
  if (!offset) offset = 0

  const len = buf.write(s, offset + 1)
  buf[offset] = len
  string.encode.bytes = len + 1
  return buf
}

string.encode.bytes = 0

string.decode = function (buf, offset) {
  if (!offset) offset = 0

  const len = buf[offset]
  const s = buf.toString('utf-8', offset + 1, offset + 1 + len)
  string.decode.bytes = len + 1
  return s
}

string.decode.bytes = 0

string.encodingLength = function (s) {
  return Buffer.byteLength(s) + 1
}

const header = {}

header.encode = function (h, buf, offset) {
  if (!buf) buf = header.encodingLength(h)
  if (!offset) offset = 0

  const flags = (h.flags || 0) & 32767
  const type = h.type === 'response' ? RESPONSE_FLAG : QUERY_FLAG

  buf.writeUInt16BE(h.id || 0, offset)
  buf.writeUInt16BE(flags | type, offset + 2)
  buf.writeUInt16BE(h.questions.length, offset + 4)
  buf.writeUInt16BE(h.answers.length, offset + 6)
  buf.writeUInt16BE(h.authorities.length, offset + 8)
  buf.writeUInt16BE(h.additionals.length, offset + 10)

  return buf
}

header.encode.bytes = 12

header.decode = function (buf, offset) {
  if (!offset) offset = 0
  if (buf.length < 12) throw new Error('Header must be 12 bytes')
  const flags = buf.readUInt16BE(offset + 2)

  return {
    id: buf.readUInt16BE(offset),
    type: flags & RESPONSE_FLAG ? 'response' : 'query',
    flags: flags & 32767,
    flag_qr: ((flags >> 15) & 0x1) === 1,
    opcode: opcodes.toString((flags >> 11) & 0xf),
    flag_aa: ((flags >> 10) & 0x1) === 1,
    flag_tc: ((flags >> 9) & 0x1) === 1,
    flag_rd: ((flags >> 8) & 0x1) === 1,
    flag_ra: ((flags >> 7) & 0x1) === 1,
    flag_z: ((flags >> 6) & 0x1) === 1,
    flag_ad: ((flags >> 5) & 0x1) === 1,
    flag_cd: ((flags >> 4) & 0x1) === 1,
    rcode: rcodes.toString(flags & 0xf),
    questions: new Array(buf.readUInt16BE(offset + 4)),
    answers: new Array(buf.readUInt16BE(offset + 6)),
    authorities: new Array(buf.readUInt16BE(offset + 8)),
    additionals: new Array(buf.readUInt16BE(offset + 10))
  }
}

header.decode.bytes = 12

header.encodingLength = function () {
  return 12
}

const runknown = exports.unknown = {}

runknown.encode = function (data, buf, offset) {
  if (!buf) buf = Buffer.alloc(runknown.encodingLength(data))
  if (!offset) offset = 0

  buf.writeUInt16BE(data.length, offset)
  data.copy(buf, offset + 2)

  runknown.encode.bytes = data.length + 2
  return buf
}

runknown.encode.bytes = 0

runknown.decode = function (buf, offset) {
  if (!offset) offset = 0

  const len = buf.readUInt16BE(offset)
  const data = buf.slice(offset + 2, offset + 2 + len)
  runknown.decode.bytes = len + 2
  return data
}

runknown.decode.bytes = 0

runknown.encodingLength = function (data) {
  return data.length + 2
}

const rns = exports.ns = {}

rns.encode = function (data, buf, offset) {
  if (!buf) buf = Buffer.alloc(rns.encodingLength(data))
  if (!offset) offset = 0

  name.encode(data, buf, offset + 2)
  buf.writeUInt16BE(name.encode.bytes, offset)
  rns.encode.bytes = name.encode.bytes + 2
  return buf
}

rns.encode.bytes = 0

rns.decode = function (buf, offset) {
  if (!offset) offset = 0

  const len = buf.readUInt16BE(offset)
  const dd = name.decode(buf, offset + 2)

  rns.decode.bytes = len + 2
  return dd
}

rns.decode.bytes = 0

rns.encodingLength = function (data) {
  return name.encodingLength(data) + 2
}

const rsoa = exports.soa = {}

rsoa.encode = function (data, buf, offset) {
  if (!buf) buf = Buffer.alloc(rsoa.encodingLength(data))
  if (!offset) offset = 0

  const oldOffset = offset
  offset += 2
  name.encode(data.mname, buf, offset)
  offset += name.encode.bytes
  name.encode(data.rname, buf, offset, { mail: true })
  offset += name.encode.bytes
  buf.writeUInt32BE(data.serial || 0, offset)
  offset += 4
  buf.writeUInt32BE(data.refresh || 0, offset)
  offset += 4
  buf.writeUInt32BE(data.retry || 0, offset)
  offset += 4
  buf.writeUInt32BE(data.expire || 0, offset)
  offset += 4
  buf.writeUInt32BE(data.minimum || 0, offset)
  offset += 4

  buf.writeUInt16BE(offset - oldOffset - 2, oldOffset)
  rsoa.encode.bytes = offset - oldOffset
  return buf
}

rsoa.encode.bytes = 0

rsoa.decode = function (buf, offset) {
  if (!offset) offset = 0

  const oldOffset = offset

  const data = {}
  offset += 2
  data.mname = name.decode(buf, offset)
  offset += name.decode.bytes
  data.rname = name.decode(buf, offset, { mail: true })
  offset += name.decode.bytes
  data.serial = buf.readUInt32BE(offset)
  offset += 4
  data.refresh = buf.readUInt32BE(offset)
  offset += 4
  data.retry = buf.readUInt32BE(offset)
  offset += 4
  data.expire = buf.readUInt32BE(offset)
  offset += 4
  data.minimum = buf.readUInt32BE(offset)
  offset += 4

  rsoa.decode.bytes = offset - oldOffset
  return data
}

rsoa.decode.bytes = 0

rsoa.encodingLength = function (data) {
  return 22 + name.encodingLength(data.mname) + name.encodingLength(data.rname)
}

const rtxt = exports.txt = {}

rtxt.encode = function (data, buf, offset) {
  if (!Array.isArray(data)) data = [data]
  for (let i = 0; i < data.length; i++) {
    if (typeof data[i] === 'string') {
      data[i] = Buffer.from(data[i])
    }
    if (!Buffer.isBuffer(data[i])) {
      throw new Error('Must be a Buffer')
    }
  }

  if (!buf) buf = Buffer.alloc(rtxt.encodingLength(data))
  if (!offset) offset = 0

  const oldOffset = offset
  offset += 2

  data.forEach(function (d) {
    buf[offset++] = d.length
    d.copy(buf, offset, 0, d.length)
    offset += d.length
  })

  buf.writeUInt16BE(offset - oldOffset - 2, oldOffset)
  rtxt.encode.bytes = offset - oldOffset
  return buf
}

rtxt.encode.bytes = 0

rtxt.decode = function (buf, offset) {
  if (!offset) offset = 0
  const oldOffset = offset
  let remaining = buf.readUInt16BE(offset)
  offset += 2

  let data = []
  while (remaining > 0) {
    const len = buf[offset++]
    --remaining
    if (remaining < len) {
      throw new Error('Buffer overflow')
    }
    data.push(buf.slice(offset, offset + len))
    offset += len
    remaining -= len
  }

  rtxt.decode.bytes = offset - oldOffset
  return data
}

rtxt.decode.bytes = 0

rtxt.encodingLength = function (data) {
  if (!Array.isArray(data)) data = [data]
  let length = 2
  data.forEach(function (buf) {
    if (typeof buf === 'string') {
      length += Buffer.byteLength(buf) + 1
    } else {
      length += buf.length + 1
    }
  })
  return length
}

const rnull = exports["null"] = {}

rnull.encode = function (data, buf, offset) {
  if (!buf) buf = Buffer.alloc(rnull.encodingLength(data))
  if (!offset) offset = 0

  if (typeof data === 'string') data = Buffer.from(data)
  if (!data) data = Buffer.alloc(0)

  const oldOffset = offset
  offset += 2

  const len = data.length
  data.copy(buf, offset, 0, len)
  offset += len

  buf.writeUInt16BE(offset - oldOffset - 2, oldOffset)
  rnull.encode.bytes = offset - oldOffset
  return buf
}

rnull.encode.bytes = 0

rnull.decode = function (buf, offset) {
  if (!offset) offset = 0
  const oldOffset = offset
  const len = buf.readUInt16BE(offset)

  offset += 2

  const data = buf.slice(offset, offset + len)
  offset += len

  rnull.decode.bytes = offset - oldOffset
  return data
}

rnull.decode.bytes = 0

rnull.encodingLength = function (data) {
  if (!data) return 2
  return (Buffer.isBuffer(data) ? data.length : Buffer.byteLength(data)) + 2
}

const rhinfo = exports.hinfo = {}

rhinfo.encode = function (data, buf, offset) {
  if (!buf) buf = Buffer.alloc(rhinfo.encodingLength(data))
  if (!offset) offset = 0

  const oldOffset = offset
  offset += 2
  string.encode(data.cpu, buf, offset)
  offset += string.encode.bytes
  string.encode(data.os, buf, offset)
  offset += string.encode.bytes
  buf.writeUInt16BE(offset - oldOffset - 2, oldOffset)
  rhinfo.encode.bytes = offset - oldOffset
  return buf
}

rhinfo.encode.bytes = 0

rhinfo.decode = function (buf, offset) {
  if (!offset) offset = 0

  const oldOffset = offset

  const data = {}
  offset += 2
  data.cpu = string.decode(buf, offset)
  offset += string.decode.bytes
  data.os = string.decode(buf, offset)
  offset += string.decode.bytes
  rhinfo.decode.bytes = offset - oldOffset
  return data
}

rhinfo.decode.bytes = 0

rhinfo.encodingLength = function (data) {
  return string.encodingLength(data.cpu) + string.encodingLength(data.os) + 2
}

const rptr = exports.ptr = {}
const rcname = exports.cname = rptr
const rdname = exports.dname = rptr

rptr.encode = function (data, buf, offset) {
  if (!buf) buf = Buffer.alloc(rptr.encodingLength(data))
  if (!offset) offset = 0

  name.encode(data, buf, offset + 2)
  buf.writeUInt16BE(name.encode.bytes, offset)
  rptr.encode.bytes = name.encode.bytes + 2
  return buf
}

rptr.encode.bytes = 0

rptr.decode = function (buf, offset) {
  if (!offset) offset = 0

  const data = name.decode(buf, offset + 2)
  rptr.decode.bytes = name.decode.bytes + 2
  return data
}

rptr.decode.bytes = 0

rptr.encodingLength = function (data) {
  return name.encodingLength(data) + 2
}

const rsrv = exports.srv = {}

rsrv.encode = function (data, buf, offset) {
  if (!buf) buf = Buffer.alloc(rsrv.encodingLength(data))
  if (!offset) offset = 0

  buf.writeUInt16BE(data.priority || 0, offset + 2)
  buf.writeUInt16BE(data.weight || 0, offset + 4)
  buf.writeUInt16BE(data.port || 0, offset + 6)
  name.encode(data.target, buf, offset + 8)

  const len = name.encode.bytes + 6
  buf.writeUInt16BE(len, offset)

  rsrv.encode.bytes = len + 2
  return buf
}

rsrv.encode.bytes = 0

rsrv.decode = function (buf, offset) {
  if (!offset) offset = 0

  const len = buf.readUInt16BE(offset)

  const data = {}
  data.priority = buf.readUInt16BE(offset + 2)
  data.weight = buf.readUInt16BE(offset + 4)
  data.port = buf.readUInt16BE(offset + 6)
  data.target = name.decode(buf, offset + 8)

  rsrv.decode.bytes = len + 2
  return data
}

rsrv.decode.bytes = 0

rsrv.encodingLength = function (data) {
  return 8 + name.encodingLength(data.target)
}

const rcaa = exports.caa = {}

rcaa.ISSUER_CRITICAL = 1 << 7

rcaa.encode = function (data, buf, offset) {
  const len = rcaa.encodingLength(data)

  if (!buf) buf = Buffer.alloc(rcaa.encodingLength(data))
  if (!offset) offset = 0

  if (data.issuerCritical) {
    data.flags = rcaa.ISSUER_CRITICAL
  }

  buf.writeUInt16BE(len - 2, offset)
  offset += 2
  buf.writeUInt8(data.flags || 0, offset)
  offset += 1
  string.encode(data.tag, buf, offset)
  offset += string.encode.bytes
  buf.write(data.value, offset)
  offset += Buffer.byteLength(data.value)

  rcaa.encode.bytes = len
  return buf
}

rcaa.encode.bytes = 0

rcaa.decode = function (buf, offset) {
  if (!offset) offset = 0

  const len = buf.readUInt16BE(offset)
  offset += 2

  const oldOffset = offset
  const data = {}
  data.flags = buf.readUInt8(offset)
  offset += 1
  data.tag = string.decode(buf, offset)
  offset += string.decode.bytes
  data.value = buf.toString('utf-8', offset, oldOffset + len)

  data.issuerCritical = !!(data.flags & rcaa.ISSUER_CRITICAL)

  rcaa.decode.bytes = len + 2

  return data
}

rcaa.decode.bytes = 0

rcaa.encodingLength = function (data) {
  return string.encodingLength(data.tag) + string.encodingLength(data.value) + 2
}

const rmx = exports.mx = {}

rmx.encode = function (data, buf, offset) {
  if (!buf) buf = Buffer.alloc(rmx.encodingLength(data))
  if (!offset) offset = 0

  const oldOffset = offset
  offset += 2
  buf.writeUInt16BE(data.preference || 0, offset)
  offset += 2
  name.encode(data.exchange, buf, offset)
  offset += name.encode.bytes

  buf.writeUInt16BE(offset - oldOffset - 2, oldOffset)
  rmx.encode.bytes = offset - oldOffset
  return buf
}

rmx.encode.bytes = 0

rmx.decode = function (buf, offset) {
  if (!offset) offset = 0

  const oldOffset = offset

  const data = {}
  offset += 2
  data.preference = buf.readUInt16BE(offset)
  offset += 2
  data.exchange = name.decode(buf, offset)
  offset += name.decode.bytes

  rmx.decode.bytes = offset - oldOffset
  return data
}

rmx.encodingLength = function (data) {
  return 4 + name.encodingLength(data.exchange)
}

const ra = exports.a = {}

ra.encode = function (host, buf, offset) {
  if (!buf) buf = Buffer.alloc(ra.encodingLength(host))
  if (!offset) offset = 0

  buf.writeUInt16BE(4, offset)
  offset += 2
  ip.v4.encode(host, buf, offset)
  ra.encode.bytes = 6
  return buf
}

ra.encode.bytes = 0

ra.decode = function (buf, offset) {
  if (!offset) offset = 0

  offset += 2
  const host = ip.v4.decode(buf, offset)
  ra.decode.bytes = 6
  return host
}

ra.decode.bytes = 0

ra.encodingLength = function () {
  return 6
}

const raaaa = exports.aaaa = {}

raaaa.encode = function (host, buf, offset) {
  if (!buf) buf = Buffer.alloc(raaaa.encodingLength(host))
  if (!offset) offset = 0

  buf.writeUInt16BE(16, offset)
  offset += 2
  ip.v6.encode(host, buf, offset)
  raaaa.encode.bytes = 18
  return buf
}

raaaa.encode.bytes = 0

raaaa.decode = function (buf, offset) {
  if (!offset) offset = 0

  offset += 2
  const host = ip.v6.decode(buf, offset)
  raaaa.decode.bytes = 18
  return host
}

raaaa.decode.bytes = 0

raaaa.encodingLength = function () {
  return 18
}

const roption = exports.option = {}

roption.encode = function (option, buf, offset) {
  if (!buf) buf = Buffer.alloc(roption.encodingLength(option))
  if (!offset) offset = 0
  const oldOffset = offset

  const code = optioncodes.toCode(option.code)
  buf.writeUInt16BE(code, offset)
  offset += 2
  if (option.data) {
    buf.writeUInt16BE(option.data.length, offset)
    offset += 2
    option.data.copy(buf, offset)
    offset += option.data.length
  } else {
    switch (code) {
      // case 3: NSID.  No encode makes sense.
      // case 5,6,7: Not implementable
      case 8: // ECS
        // note: do IP math before calling
        const spl = option.sourcePrefixLength || 0
        const fam = option.family || ip.familyOf(option.ip)
        const ipBuf = ip.encode(option.ip, Buffer.alloc)
        const ipLen = Math.ceil(spl / 8)
        buf.writeUInt16BE(ipLen + 4, offset)
        offset += 2
        buf.writeUInt16BE(fam, offset)
        offset += 2
        buf.writeUInt8(spl, offset++)
        buf.writeUInt8(option.scopePrefixLength || 0, offset++)

        ipBuf.copy(buf, offset, 0, ipLen)
        offset += ipLen
        break
      // case 9: EXPIRE (experimental)
      // case 10: COOKIE.  No encode makes sense.
      case 11: // KEEP-ALIVE
        if (option.timeout) {
          buf.writeUInt16BE(2, offset)
          offset += 2
          buf.writeUInt16BE(option.timeout, offset)
          offset += 2
        } else {
          buf.writeUInt16BE(0, offset)
          offset += 2
        }
        break
      case 12: // PADDING
        const len = option.length || 0
        buf.writeUInt16BE(len, offset)
        offset += 2
        buf.fill(0, offset, offset + len)
        offset += len
        break
      // case 13:  CHAIN.  Experimental.
      case 14: // KEY-TAG
        const tagsLen = option.tags.length * 2
        buf.writeUInt16BE(tagsLen, offset)
        offset += 2
        for (const tag of option.tags) {
          buf.writeUInt16BE(tag, offset)
          offset += 2
        }
        break
      default:
        throw new Error(`Unknown roption code: ${option.code}`)
    }
  }

  roption.encode.bytes = offset - oldOffset
  return buf
}

roption.encode.bytes = 0

roption.decode = function (buf, offset) {
  if (!offset) offset = 0
  const option = {}
  option.code = buf.readUInt16BE(offset)
  option.type = optioncodes.toString(option.code)
  offset += 2
  const len = buf.readUInt16BE(offset)
  offset += 2
  option.data = buf.slice(offset, offset + len)
  switch (option.code) {
    // case 3: NSID.  No decode makes sense.
    case 8: // ECS
      option.family = buf.readUInt16BE(offset)
      offset += 2
      option.sourcePrefixLength = buf.readUInt8(offset++)
      option.scopePrefixLength = buf.readUInt8(offset++)
      const padded = Buffer.alloc((option.family === 1) ? 4 : 16)
      buf.copy(padded, 0, offset, offset + len - 4)
      option.ip = ip.decode(padded)
      break
    // case 12: Padding.  No decode makes sense.
    case 11: // KEEP-ALIVE
      if (len > 0) {
        option.timeout = buf.readUInt16BE(offset)
        offset += 2
      }
      break
    case 14:
      option.tags = []
      for (let i = 0; i < len; i += 2) {
        option.tags.push(buf.readUInt16BE(offset))
        offset += 2
      }
    // don't worry about default.  caller will use data if desired
  }

  roption.decode.bytes = len + 4
  return option
}

roption.decode.bytes = 0

roption.encodingLength = function (option) {
  if (option.data) {
    return option.data.length + 4
  }
  const code = optioncodes.toCode(option.code)
  switch (code) {
    case 8: // ECS
      const spl = option.sourcePrefixLength || 0
      return Math.ceil(spl / 8) + 8
    case 11: // KEEP-ALIVE
      return (typeof option.timeout === 'number') ? 6 : 4
    case 12: // PADDING
      return option.length + 4
    case 14: // KEY-TAG
      return 4 + (option.tags.length * 2)
  }
  throw new Error(`Unknown roption code: ${option.code}`)
}

const ropt = exports.opt = {}

ropt.encode = function (options, buf, offset) {
  if (!buf) buf = Buffer.alloc(ropt.encodingLength(options))
  if (!offset) offset = 0
  const oldOffset = offset

  const rdlen = encodingLengthList(options, roption)
  buf.writeUInt16BE(rdlen, offset)
  offset = encodeList(options, roption, buf, offset + 2)

  ropt.encode.bytes = offset - oldOffset
  return buf
}

ropt.encode.bytes = 0

ropt.decode = function (buf, offset) {
  if (!offset) offset = 0
  const oldOffset = offset

  const options = []
  let rdlen = buf.readUInt16BE(offset)
  offset += 2
  let o = 0
  while (rdlen > 0) {
    options[o++] = roption.decode(buf, offset)
    offset += roption.decode.bytes
    rdlen -= roption.decode.bytes
  }
  ropt.decode.bytes = offset - oldOffset
  return options
}

ropt.decode.bytes = 0

ropt.encodingLength = function (options) {
  return 2 + encodingLengthList(options || [], roption)
}

const rdnskey = exports.dnskey = {}

rdnskey.PROTOCOL_DNSSEC = 3
rdnskey.ZONE_KEY = 0x80
rdnskey.SECURE_ENTRYPOINT = 0x8000

rdnskey.encode = function (key, buf, offset) {
  if (!buf) buf = Buffer.alloc(rdnskey.encodingLength(key))
  if (!offset) offset = 0
  const oldOffset = offset

  const keydata = key.key
  if (!Buffer.isBuffer(keydata)) {
    throw new Error('Key must be a Buffer')
  }

  offset += 2 // Leave space for length
  buf.writeUInt16BE(key.flags, offset)
  offset += 2
  buf.writeUInt8(rdnskey.PROTOCOL_DNSSEC, offset)
  offset += 1
  buf.writeUInt8(key.algorithm, offset)
  offset += 1
  keydata.copy(buf, offset, 0, keydata.length)
  offset += keydata.length

  rdnskey.encode.bytes = offset - oldOffset
  buf.writeUInt16BE(rdnskey.encode.bytes - 2, oldOffset)
  return buf
}

rdnskey.encode.bytes = 0

rdnskey.decode = function (buf, offset) {
  if (!offset) offset = 0
  const oldOffset = offset

  var key = {}
  var length = buf.readUInt16BE(offset)
  offset += 2
  key.flags = buf.readUInt16BE(offset)
  offset += 2
  if (buf.readUInt8(offset) !== rdnskey.PROTOCOL_DNSSEC) {
    throw new Error('Protocol must be 3')
  }
  offset += 1
  key.algorithm = buf.readUInt8(offset)
  offset += 1
  key.key = buf.slice(offset, oldOffset + length + 2)
  offset += key.key.length
  rdnskey.decode.bytes = offset - oldOffset
  return key
}

rdnskey.decode.bytes = 0

rdnskey.encodingLength = function (key) {
  return 6 + Buffer.byteLength(key.key)
}

const rrrsig = exports.rrsig = {}

rrrsig.encode = function (sig, buf, offset) {
  if (!buf) buf = Buffer.alloc(rrrsig.encodingLength(sig))
  if (!offset) offset = 0
  const oldOffset = offset

  const signature = sig.signature
  if (!Buffer.isBuffer(signature)) {
    throw new Error('Signature must be a Buffer')
  }

  offset += 2 // Leave space for length
  buf.writeUInt16BE(types.toType(sig.typeCovered), offset)
  offset += 2
  buf.writeUInt8(sig.algorithm, offset)
  offset += 1
  buf.writeUInt8(sig.labels, offset)
  offset += 1
  buf.writeUInt32BE(sig.originalTTL, offset)
  offset += 4
  buf.writeUInt32BE(sig.expiration, offset)
  offset += 4
  buf.writeUInt32BE(sig.inception, offset)
  offset += 4
  buf.writeUInt16BE(sig.keyTag, offset)
  offset += 2
  name.encode(sig.signersName, buf, offset)
  offset += name.encode.bytes
  signature.copy(buf, offset, 0, signature.length)
  offset += signature.length

  rrrsig.encode.bytes = offset - oldOffset
  buf.writeUInt16BE(rrrsig.encode.bytes - 2, oldOffset)
  return buf
}

rrrsig.encode.bytes = 0

rrrsig.decode = function (buf, offset) {
  if (!offset) offset = 0
  const oldOffset = offset

  var sig = {}
  var length = buf.readUInt16BE(offset)
  offset += 2
  sig.typeCovered = types.toString(buf.readUInt16BE(offset))
  offset += 2
  sig.algorithm = buf.readUInt8(offset)
  offset += 1
  sig.labels = buf.readUInt8(offset)
  offset += 1
  sig.originalTTL = buf.readUInt32BE(offset)
  offset += 4
  sig.expiration = buf.readUInt32BE(offset)
  offset += 4
  sig.inception = buf.readUInt32BE(offset)
  offset += 4
  sig.keyTag = buf.readUInt16BE(offset)
  offset += 2
  sig.signersName = name.decode(buf, offset)
  offset += name.decode.bytes
  sig.signature = buf.slice(offset, oldOffset + length + 2)
  offset += sig.signature.length
  rrrsig.decode.bytes = offset - oldOffset
  return sig
}

rrrsig.decode.bytes = 0

rrrsig.encodingLength = function (sig) {
  return 20 +
    name.encodingLength(sig.signersName) +
    Buffer.byteLength(sig.signature)
}

const rrp = exports.rp = {}

rrp.encode = function (data, buf, offset) {
  if (!buf) buf = Buffer.alloc(rrp.encodingLength(data))
  if (!offset) offset = 0
  const oldOffset = offset

  offset += 2 // Leave space for length
  name.encode(data.mbox || '.', buf, offset, { mail: true })
  offset += name.encode.bytes
  name.encode(data.txt || '.', buf, offset)
  offset += name.encode.bytes
  rrp.encode.bytes = offset - oldOffset
  buf.writeUInt16BE(rrp.encode.bytes - 2, oldOffset)
  return buf
}

rrp.encode.bytes = 0

rrp.decode = function (buf, offset) {
  if (!offset) offset = 0
  const oldOffset = offset

  const data = {}
  offset += 2
  data.mbox = name.decode(buf, offset, { mail: true }) || '.'
  offset += name.decode.bytes
  data.txt = name.decode(buf, offset) || '.'
  offset += name.decode.bytes
  rrp.decode.bytes = offset - oldOffset
  return data
}

rrp.decode.bytes = 0

rrp.encodingLength = function (data) {
  return 2 + name.encodingLength(data.mbox || '.') + name.encodingLength(data.txt || '.')
}

const typebitmap = {}

typebitmap.encode = function (typelist, buf, offset) {
  if (!buf) buf = Buffer.alloc(typebitmap.encodingLength(typelist))
  if (!offset) offset = 0
  const oldOffset = offset

  var typesByWindow = []
  for (var i = 0; i < typelist.length; i++) {
    var typeid = types.toType(typelist[i])
    if (typesByWindow[typeid >> 8] === undefined) {
      typesByWindow[typeid >> 8] = []
    }
    typesByWindow[typeid >> 8][(typeid >> 3) & 0x1F] |= 1 << (7 - (typeid & 0x7))
  }

  for (i = 0; i < typesByWindow.length; i++) {
    if (typesByWindow[i] !== undefined) {
      var windowBuf = Buffer.from(typesByWindow[i])
      buf.writeUInt8(i, offset)
      offset += 1
      buf.writeUInt8(windowBuf.length, offset)
      offset += 1
      windowBuf.copy(buf, offset)
      offset += windowBuf.length
    }
  }

  typebitmap.encode.bytes = offset - oldOffset
  return buf
}

typebitmap.encode.bytes = 0

typebitmap.decode = function (buf, offset, length) {
  if (!offset) offset = 0
  const oldOffset = offset

  var typelist = []
  while (offset - oldOffset < length) {
    var window = buf.readUInt8(offset)
    offset += 1
    var windowLength = buf.readUInt8(offset)
    offset += 1
    for (var i = 0; i < windowLength; i++) {
      var b = buf.readUInt8(offset + i)
      for (var j = 0; j < 8; j++) {
        if (b & (1 << (7 - j))) {
          var typeid = types.toString((window << 8) | (i << 3) | j)
          typelist.push(typeid)
        }
      }
    }
    offset += windowLength
  }

  typebitmap.decode.bytes = offset - oldOffset
  return typelist
}

typebitmap.decode.bytes = 0

typebitmap.encodingLength = function (typelist) {
  var extents = []
  for (var i = 0; i < typelist.length; i++) {
    var typeid = types.toType(typelist[i])
    extents[typeid >> 8] = Math.max(extents[typeid >> 8] || 0, typeid & 0xFF)
  }

  var len = 0
  for (i = 0; i < extents.length; i++) {
    if (extents[i] !== undefined) {
      len += 2 + Math.ceil((extents[i] + 1) / 8)
    }
  }

  return len
}

const rnsec = exports.nsec = {}

rnsec.encode = function (record, buf, offset) {
  if (!buf) buf = Buffer.alloc(rnsec.encodingLength(record))
  if (!offset) offset = 0
  const oldOffset = offset

  offset += 2 // Leave space for length
  name.encode(record.nextDomain, buf, offset)
  offset += name.encode.bytes
  typebitmap.encode(record.rrtypes, buf, offset)
  offset += typebitmap.encode.bytes

  rnsec.encode.bytes = offset - oldOffset
  buf.writeUInt16BE(rnsec.encode.bytes - 2, oldOffset)
  return buf
}

rnsec.encode.bytes = 0

rnsec.decode = function (buf, offset) {
  if (!offset) offset = 0
  const oldOffset = offset

  var record = {}
  var length = buf.readUInt16BE(offset)
  offset += 2
  record.nextDomain = name.decode(buf, offset)
  offset += name.decode.bytes
  record.rrtypes = typebitmap.decode(buf, offset, length - (offset - oldOffset))
  offset += typebitmap.decode.bytes

  rnsec.decode.bytes = offset - oldOffset
  return record
}

rnsec.decode.bytes = 0

rnsec.encodingLength = function (record) {
  return 2 +
    name.encodingLength(record.nextDomain) +
    typebitmap.encodingLength(record.rrtypes)
}

const rnsec3 = exports.nsec3 = {}

rnsec3.encode = function (record, buf, offset) {
  if (!buf) buf = Buffer.alloc(rnsec3.encodingLength(record))
  if (!offset) offset = 0
  const oldOffset = offset

  const salt = record.salt
  if (!Buffer.isBuffer(salt)) {
    throw new Error('salt must be a Buffer')
  }

  const nextDomain = record.nextDomain
  if (!Buffer.isBuffer(nextDomain)) {
    throw new Error('nextDomain must be a Buffer')
  }

  offset += 2 // Leave space for length
  buf.writeUInt8(record.algorithm, offset)
  offset += 1
  buf.writeUInt8(record.flags, offset)
  offset += 1
  buf.writeUInt16BE(record.iterations, offset)
  offset += 2
  buf.writeUInt8(salt.length, offset)
  offset += 1
  salt.copy(buf, offset, 0, salt.length)
  offset += salt.length
  buf.writeUInt8(nextDomain.length, offset)
  offset += 1
  nextDomain.copy(buf, offset, 0, nextDomain.length)
  offset += nextDomain.length
  typebitmap.encode(record.rrtypes, buf, offset)
  offset += typebitmap.encode.bytes

  rnsec3.encode.bytes = offset - oldOffset
  buf.writeUInt16BE(rnsec3.encode.bytes - 2, oldOffset)
  return buf
}

rnsec3.encode.bytes = 0

rnsec3.decode = function (buf, offset) {
  if (!offset) offset = 0
  const oldOffset = offset

  var record = {}
  var length = buf.readUInt16BE(offset)
  offset += 2
  record.algorithm = buf.readUInt8(offset)
  offset += 1
  record.flags = buf.readUInt8(offset)
  offset += 1
  record.iterations = buf.readUInt16BE(offset)
  offset += 2
  const saltLength = buf.readUInt8(offset)
  offset += 1
  record.salt = buf.slice(offset, offset + saltLength)
  offset += saltLength
  const hashLength = buf.readUInt8(offset)
  offset += 1
  record.nextDomain = buf.slice(offset, offset + hashLength)
  offset += hashLength
  record.rrtypes = typebitmap.decode(buf, offset, length - (offset - oldOffset))
  offset += typebitmap.decode.bytes

  rnsec3.decode.bytes = offset - oldOffset
  return record
}

rnsec3.decode.bytes = 0

rnsec3.encodingLength = function (record) {
  return 8 +
    record.salt.length +
    record.nextDomain.length +
    typebitmap.encodingLength(record.rrtypes)
}

const rds = exports.ds = {}

rds.encode = function (digest, buf, offset) {
  if (!buf) buf = Buffer.alloc(rds.encodingLength(digest))
  if (!offset) offset = 0
  const oldOffset = offset

  const digestdata = digest.digest
  if (!Buffer.isBuffer(digestdata)) {
    throw new Error('Digest must be a Buffer')
  }

  offset += 2 // Leave space for length
  buf.writeUInt16BE(digest.keyTag, offset)
  offset += 2
  buf.writeUInt8(digest.algorithm, offset)
  offset += 1
  buf.writeUInt8(digest.digestType, offset)
  offset += 1
  digestdata.copy(buf, offset, 0, digestdata.length)
  offset += digestdata.length

  rds.encode.bytes = offset - oldOffset
  buf.writeUInt16BE(rds.encode.bytes - 2, oldOffset)
  return buf
}

rds.encode.bytes = 0

rds.decode = function (buf, offset) {
  if (!offset) offset = 0
  const oldOffset = offset

  var digest = {}
  var length = buf.readUInt16BE(offset)
  offset += 2
  digest.keyTag = buf.readUInt16BE(offset)
  offset += 2
  digest.algorithm = buf.readUInt8(offset)
  offset += 1
  digest.digestType = buf.readUInt8(offset)
  offset += 1
  digest.digest = buf.slice(offset, oldOffset + length + 2)
  offset += digest.digest.length
  rds.decode.bytes = offset - oldOffset
  return digest
}

rds.decode.bytes = 0

rds.encodingLength = function (digest) {
  return 6 + Buffer.byteLength(digest.digest)
}

const rsshfp = exports.sshfp = {}

rsshfp.getFingerprintLengthForHashType = function getFingerprintLengthForHashType (hashType) {
  switch (hashType) {
    case 1: return 20
    case 2: return 32
  }
}

rsshfp.encode = function encode (record, buf, offset) {
  if (!buf) buf = Buffer.alloc(rsshfp.encodingLength(record))
  if (!offset) offset = 0
  const oldOffset = offset

  offset += 2 // The function call starts with the offset pointer at the RDLENGTH field, not the RDATA one
  buf[offset] = record.algorithm
  offset += 1
  buf[offset] = record.hash
  offset += 1

  const fingerprintBuf = Buffer.from(record.fingerprint.toUpperCase(), 'hex')
  if (fingerprintBuf.length !== rsshfp.getFingerprintLengthForHashType(record.hash)) {
    throw new Error('Invalid fingerprint length')
  }
  fingerprintBuf.copy(buf, offset)
  offset += fingerprintBuf.byteLength

  rsshfp.encode.bytes = offset - oldOffset
  buf.writeUInt16BE(rsshfp.encode.bytes - 2, oldOffset)

  return buf
}

rsshfp.encode.bytes = 0

rsshfp.decode = function decode (buf, offset) {
  if (!offset) offset = 0
  const oldOffset = offset

  const record = {}
  offset += 2 // Account for the RDLENGTH field
  record.algorithm = buf[offset]
  offset += 1
  record.hash = buf[offset]
  offset += 1

  const fingerprintLength = rsshfp.getFingerprintLengthForHashType(record.hash)
  record.fingerprint = buf.slice(offset, offset + fingerprintLength).toString('hex').toUpperCase()
  offset += fingerprintLength
  rsshfp.decode.bytes = offset - oldOffset
  return record
}

rsshfp.decode.bytes = 0

rsshfp.encodingLength = function (record) {
  return 4 + Buffer.from(record.fingerprint, 'hex').byteLength
}

const rnaptr = exports.naptr = {}

rnaptr.encode = function (data, buf, offset) {
  if (!buf) buf = Buffer.alloc(rnaptr.encodingLength(data))
  if (!offset) offset = 0
  const oldOffset = offset
  offset += 2
  buf.writeUInt16BE(data.order || 0, offset)
  offset += 2
  buf.writeUInt16BE(data.preference || 0, offset)
  offset += 2
  string.encode(data.flags, buf, offset)
  offset += string.encode.bytes
  string.encode(data.services, buf, offset)
  offset += string.encode.bytes
  string.encode(data.regexp, buf, offset)
  offset += string.encode.bytes
  name.encode(data.replacement, buf, offset)
  offset += name.encode.bytes
  rnaptr.encode.bytes = offset - oldOffset
  buf.writeUInt16BE(rnaptr.encode.bytes - 2, oldOffset)
  return buf
}

rnaptr.encode.bytes = 0

rnaptr.decode = function (buf, offset) {
  if (!offset) offset = 0
  const oldOffset = offset
  const data = {}
  offset += 2
  data.order = buf.readUInt16BE(offset)
  offset += 2
  data.preference = buf.readUInt16BE(offset)
  offset += 2
  data.flags = string.decode(buf, offset)
  offset += string.decode.bytes
  data.services = string.decode(buf, offset)
  offset += string.decode.bytes
  data.regexp = string.decode(buf, offset)
  offset += string.decode.bytes
  data.replacement = name.decode(buf, offset)
  offset += name.decode.bytes
  rnaptr.decode.bytes = offset - oldOffset
  return data
}

rnaptr.decode.bytes = 0

rnaptr.encodingLength = function (data) {
  return string.encodingLength(data.flags) +
    string.encodingLength(data.services) +
    string.encodingLength(data.regexp) +
    name.encodingLength(data.replacement) + 6
}

const rtlsa = exports.tlsa = {}

rtlsa.encode = function (cert, buf, offset) {
  if (!buf) buf = Buffer.alloc(rtlsa.encodingLength(cert))
  if (!offset) offset = 0
  const oldOffset = offset

  const certdata = cert.certificate
  if (!Buffer.isBuffer(certdata)) {
    throw new Error('Certificate must be a Buffer')
  }

  offset += 2 // Leave space for length
  buf.writeUInt8(cert.usage, offset)
  offset += 1
  buf.writeUInt8(cert.selector, offset)
  offset += 1
  buf.writeUInt8(cert.matchingType, offset)
  offset += 1
  certdata.copy(buf, offset, 0, certdata.length)
  offset += certdata.length

  rtlsa.encode.bytes = offset - oldOffset
  buf.writeUInt16BE(rtlsa.encode.bytes - 2, oldOffset)
  return buf
}

rtlsa.encode.bytes = 0

rtlsa.decode = function (buf, offset) {
  if (!offset) offset = 0
  const oldOffset = offset

  const cert = {}
  const length = buf.readUInt16BE(offset)
  offset += 2
  cert.usage = buf.readUInt8(offset)
  offset += 1
  cert.selector = buf.readUInt8(offset)
  offset += 1
  cert.matchingType = buf.readUInt8(offset)
  offset += 1
  cert.certificate = buf.slice(offset, oldOffset + length + 2)
  offset += cert.certificate.length
  rtlsa.decode.bytes = offset - oldOffset
  return cert
}

rtlsa.decode.bytes = 0

rtlsa.encodingLength = function (cert) {
  return 5 + Buffer.byteLength(cert.certificate)
}

const renc = exports.record = function (type) {
  switch (type.toUpperCase()) {
    case 'A': return ra
    case 'PTR': return rptr
    case 'CNAME': return rcname
    case 'DNAME': return rdname
    case 'TXT': return rtxt
    case 'NULL': return rnull
    case 'AAAA': return raaaa
    case 'SRV': return rsrv
    case 'HINFO': return rhinfo
    case 'CAA': return rcaa
    case 'NS': return rns
    case 'SOA': return rsoa
    case 'MX': return rmx
    case 'OPT': return ropt
    case 'DNSKEY': return rdnskey
    case 'RRSIG': return rrrsig
    case 'RP': return rrp
    case 'NSEC': return rnsec
    case 'NSEC3': return rnsec3
    case 'SSHFP': return rsshfp
    case 'DS': return rds
    case 'NAPTR': return rnaptr
    case 'TLSA': return rtlsa
  }
  return runknown
}

const answer = exports.answer = {}

answer.encode = function (a, buf, offset) {
  if (!buf) buf = Buffer.alloc(answer.encodingLength(a))
  if (!offset) offset = 0

  const oldOffset = offset

  name.encode(a.name, buf, offset)
  offset += name.encode.bytes

  buf.writeUInt16BE(types.toType(a.type), offset)

  if (a.type.toUpperCase() === 'OPT') {
    if (a.name !== '.') {
      throw new Error('OPT name must be root.')
    }
    buf.writeUInt16BE(a.udpPayloadSize || 4096, offset + 2)
    buf.writeUInt8(a.extendedRcode || 0, offset + 4)
    buf.writeUInt8(a.ednsVersion || 0, offset + 5)
    buf.writeUInt16BE(a.flags || 0, offset + 6)

    offset += 8
    ropt.encode(a.options || [], buf, offset)
    offset += ropt.encode.bytes
  } else {
    let klass = classes.toClass(a.class === undefined ? 'IN' : a.class)
    if (a.flush) klass |= FLUSH_MASK // the 1st bit of the class is the flush bit
    buf.writeUInt16BE(klass, offset + 2)
    buf.writeUInt32BE(a.ttl || 0, offset + 4)

    offset += 8
    const enc = renc(a.type)
    enc.encode(a.data, buf, offset)
    offset += enc.encode.bytes
  }

  answer.encode.bytes = offset - oldOffset
  return buf
}

answer.encode.bytes = 0

answer.decode = function (buf, offset) {
  if (!offset) offset = 0

  const a = {}
  const oldOffset = offset

  a.name = name.decode(buf, offset)
  offset += name.decode.bytes
  a.type = types.toString(buf.readUInt16BE(offset))
  if (a.type === 'OPT') {
    a.udpPayloadSize = buf.readUInt16BE(offset + 2)
    a.extendedRcode = buf.readUInt8(offset + 4)
    a.ednsVersion = buf.readUInt8(offset + 5)
    a.flags = buf.readUInt16BE(offset + 6)
    a.flag_do = ((a.flags >> 15) & 0x1) === 1
    a.options = ropt.decode(buf, offset + 8)
    offset += 8 + ropt.decode.bytes
  } else {
    const klass = buf.readUInt16BE(offset + 2)
    a.ttl = buf.readUInt32BE(offset + 4)

    a.class = classes.toString(klass & NOT_FLUSH_MASK)
    a.flush = !!(klass & FLUSH_MASK)

    const enc = renc(a.type)
    a.data = enc.decode(buf, offset + 8)
    offset += 8 + enc.decode.bytes
  }

  answer.decode.bytes = offset - oldOffset
  return a
}

answer.decode.bytes = 0

answer.encodingLength = function (a) {
  const data = (a.data !== null && a.data !== undefined) ? a.data : a.options
  return name.encodingLength(a.name) + 8 + renc(a.type).encodingLength(data)
}

const question = exports.question = {}

question.encode = function (q, buf, offset) {
  if (!buf) buf = Buffer.alloc(question.encodingLength(q))
  if (!offset) offset = 0

  const oldOffset = offset

  name.encode(q.name, buf, offset)
  offset += name.encode.bytes

  buf.writeUInt16BE(types.toType(q.type), offset)
  offset += 2

  buf.writeUInt16BE(classes.toClass(q.class === undefined ? 'IN' : q.class), offset)
  offset += 2

  question.encode.bytes = offset - oldOffset
  return q
}

question.encode.bytes = 0

question.decode = function (buf, offset) {
  if (!offset) offset = 0

  const oldOffset = offset
  const q = {}

  q.name = name.decode(buf, offset)
  offset += name.decode.bytes

  q.type = types.toString(buf.readUInt16BE(offset))
  offset += 2

  q.class = classes.toString(buf.readUInt16BE(offset))
  offset += 2

  const qu = !!(q.class & QU_MASK)
  if (qu) q.class &= NOT_QU_MASK

  question.decode.bytes = offset - oldOffset
  return q
}

question.decode.bytes = 0

question.encodingLength = function (q) {
  return name.encodingLength(q.name) + 4
}

exports.AUTHORITATIVE_ANSWER = 1 << 10
exports.TRUNCATED_RESPONSE = 1 << 9
exports.RECURSION_DESIRED = 1 << 8
exports.RECURSION_AVAILABLE = 1 << 7
exports.AUTHENTIC_DATA = 1 << 5
exports.CHECKING_DISABLED = 1 << 4
exports.DNSSEC_OK = 1 << 15

exports.encode = function (result, buf, offset) {
  const allocing = !buf

  if (allocing) buf = Buffer.alloc(exports.encodingLength(result))
  if (!offset) offset = 0

  const oldOffset = offset

  if (!result.questions) result.questions = []
  if (!result.answers) result.answers = []
  if (!result.authorities) result.authorities = []
  if (!result.additionals) result.additionals = []

  header.encode(result, buf, offset)
  offset += header.encode.bytes

  offset = encodeList(result.questions, question, buf, offset)
  offset = encodeList(result.answers, answer, buf, offset)
  offset = encodeList(result.authorities, answer, buf, offset)
  offset = encodeList(result.additionals, answer, buf, offset)

  exports.encode.bytes = offset - oldOffset

  // just a quick sanity check
  if (allocing && exports.encode.bytes !== buf.length) {
    return buf.slice(0, exports.encode.bytes)
  }

  return buf
}

exports.encode.bytes = 0

exports.decode = function (buf, offset) {
  if (!offset) offset = 0

  const oldOffset = offset
  const result = header.decode(buf, offset)
  offset += header.decode.bytes

  offset = decodeList(result.questions, question, buf, offset)
  offset = decodeList(result.answers, answer, buf, offset)
  offset = decodeList(result.authorities, answer, buf, offset)
  offset = decodeList(result.additionals, answer, buf, offset)

  exports.decode.bytes = offset - oldOffset

  return result
}

exports.decode.bytes = 0

exports.encodingLength = function (result) {
  return header.encodingLength(result) +
    encodingLengthList(result.questions || [], question) +
    encodingLengthList(result.answers || [], answer) +
    encodingLengthList(result.authorities || [], answer) +
    encodingLengthList(result.additionals || [], answer)
}

exports.streamEncode = function (result) {
  const buf = exports.encode(result)
  const sbuf = Buffer.alloc(2)
  sbuf.writeUInt16BE(buf.byteLength)
  const combine = Buffer.concat([sbuf, buf])
  exports.streamEncode.bytes = combine.byteLength
  return combine
}

exports.streamEncode.bytes = 0

exports.streamDecode = function (sbuf) {
  const len = sbuf.readUInt16BE(0)
  if (sbuf.byteLength < len + 2) {
    // not enough data
    return null
  }
  const result = exports.decode(sbuf.slice(2))
  exports.streamDecode.bytes = exports.decode.bytes
  return result
}

exports.streamDecode.bytes = 0

function encodingLengthList (list, enc) {
  let len = 0
  for (let i = 0; i < list.length; i++) len += enc.encodingLength(list[i])
  return len
}

function encodeList (list, enc, buf, offset) {
  for (let i = 0; i < list.length; i++) {
    enc.encode(list[i], buf, offset)
    offset += enc.encode.bytes
  }
  return offset
}

function decodeList (list, enc, buf, offset) {
  for (let i = 0; i < list.length; i++) {
    list[i] = enc.decode(buf, offset)
    offset += enc.decode.bytes
  }
  return offset
}


/***/ }),

/***/ 4693:
/***/ ((__unused_webpack_module, exports) => {



/*
 * Traditional DNS header OPCODEs (4-bits) defined by IANA in
 * https://www.iana.org/assignments/dns-parameters/dns-parameters.xhtml#dns-parameters-5
 */

exports.toString = function (opcode) {
  switch (opcode) {
    case 0: return 'QUERY'
    case 1: return 'IQUERY'
    case 2: return 'STATUS'
    case 3: return 'OPCODE_3'
    case 4: return 'NOTIFY'
    case 5: return 'UPDATE'
    case 6: return 'OPCODE_6'
    case 7: return 'OPCODE_7'
    case 8: return 'OPCODE_8'
    case 9: return 'OPCODE_9'
    case 10: return 'OPCODE_10'
    case 11: return 'OPCODE_11'
    case 12: return 'OPCODE_12'
    case 13: return 'OPCODE_13'
    case 14: return 'OPCODE_14'
    case 15: return 'OPCODE_15'
  }
  return 'OPCODE_' + opcode
}

exports.toOpcode = function (code) {
  switch (code.toUpperCase()) {
    case 'QUERY': return 0
    case 'IQUERY': return 1
    case 'STATUS': return 2
    case 'OPCODE_3': return 3
    case 'NOTIFY': return 4
    case 'UPDATE': return 5
    case 'OPCODE_6': return 6
    case 'OPCODE_7': return 7
    case 'OPCODE_8': return 8
    case 'OPCODE_9': return 9
    case 'OPCODE_10': return 10
    case 'OPCODE_11': return 11
    case 'OPCODE_12': return 12
    case 'OPCODE_13': return 13
    case 'OPCODE_14': return 14
    case 'OPCODE_15': return 15
  }
  return 0
}


/***/ }),

/***/ 2075:
/***/ ((__unused_webpack_module, exports) => {



exports.toString = function (type) {
  switch (type) {
    // list at
    // https://www.iana.org/assignments/dns-parameters/dns-parameters.xhtml#dns-parameters-11
    case 1: return 'LLQ'
    case 2: return 'UL'
    case 3: return 'NSID'
    case 5: return 'DAU'
    case 6: return 'DHU'
    case 7: return 'N3U'
    case 8: return 'CLIENT_SUBNET'
    case 9: return 'EXPIRE'
    case 10: return 'COOKIE'
    case 11: return 'TCP_KEEPALIVE'
    case 12: return 'PADDING'
    case 13: return 'CHAIN'
    case 14: return 'KEY_TAG'
    case 26946: return 'DEVICEID'
  }
  if (type < 0) {
    return null
  }
  return `OPTION_${type}`
}

exports.toCode = function (name) {
  if (typeof name === 'number') {
    return name
  }
  if (!name) {
    return -1
  }
  switch (name.toUpperCase()) {
    case 'OPTION_0': return 0
    case 'LLQ': return 1
    case 'UL': return 2
    case 'NSID': return 3
    case 'OPTION_4': return 4
    case 'DAU': return 5
    case 'DHU': return 6
    case 'N3U': return 7
    case 'CLIENT_SUBNET': return 8
    case 'EXPIRE': return 9
    case 'COOKIE': return 10
    case 'TCP_KEEPALIVE': return 11
    case 'PADDING': return 12
    case 'CHAIN': return 13
    case 'KEY_TAG': return 14
    case 'DEVICEID': return 26946
    case 'OPTION_65535': return 65535
  }
  const m = name.match(/_(\d+)$/)
  if (m) {
    return parseInt(m[1], 10)
  }
  return -1
}


/***/ }),

/***/ 2028:
/***/ ((__unused_webpack_module, exports) => {



/*
 * Traditional DNS header RCODEs (4-bits) defined by IANA in
 * https://www.iana.org/assignments/dns-parameters/dns-parameters.xhtml
 */

exports.toString = function (rcode) {
  switch (rcode) {
    case 0: return 'NOERROR'
    case 1: return 'FORMERR'
    case 2: return 'SERVFAIL'
    case 3: return 'NXDOMAIN'
    case 4: return 'NOTIMP'
    case 5: return 'REFUSED'
    case 6: return 'YXDOMAIN'
    case 7: return 'YXRRSET'
    case 8: return 'NXRRSET'
    case 9: return 'NOTAUTH'
    case 10: return 'NOTZONE'
    case 11: return 'RCODE_11'
    case 12: return 'RCODE_12'
    case 13: return 'RCODE_13'
    case 14: return 'RCODE_14'
    case 15: return 'RCODE_15'
  }
  return 'RCODE_' + rcode
}

exports.toRcode = function (code) {
  switch (code.toUpperCase()) {
    case 'NOERROR': return 0
    case 'FORMERR': return 1
    case 'SERVFAIL': return 2
    case 'NXDOMAIN': return 3
    case 'NOTIMP': return 4
    case 'REFUSED': return 5
    case 'YXDOMAIN': return 6
    case 'YXRRSET': return 7
    case 'NXRRSET': return 8
    case 'NOTAUTH': return 9
    case 'NOTZONE': return 10
    case 'RCODE_11': return 11
    case 'RCODE_12': return 12
    case 'RCODE_13': return 13
    case 'RCODE_14': return 14
    case 'RCODE_15': return 15
  }
  return 0
}


/***/ }),

/***/ 1891:
/***/ ((__unused_webpack_module, exports) => {



exports.toString = function (type) {
  switch (type) {
    case 1: return 'A'
    case 10: return 'NULL'
    case 28: return 'AAAA'
    case 18: return 'AFSDB'
    case 42: return 'APL'
    case 257: return 'CAA'
    case 60: return 'CDNSKEY'
    case 59: return 'CDS'
    case 37: return 'CERT'
    case 5: return 'CNAME'
    case 49: return 'DHCID'
    case 32769: return 'DLV'
    case 39: return 'DNAME'
    case 48: return 'DNSKEY'
    case 43: return 'DS'
    case 55: return 'HIP'
    case 13: return 'HINFO'
    case 45: return 'IPSECKEY'
    case 25: return 'KEY'
    case 36: return 'KX'
    case 29: return 'LOC'
    case 15: return 'MX'
    case 35: return 'NAPTR'
    case 2: return 'NS'
    case 47: return 'NSEC'
    case 50: return 'NSEC3'
    case 51: return 'NSEC3PARAM'
    case 12: return 'PTR'
    case 46: return 'RRSIG'
    case 17: return 'RP'
    case 24: return 'SIG'
    case 6: return 'SOA'
    case 99: return 'SPF'
    case 33: return 'SRV'
    case 44: return 'SSHFP'
    case 32768: return 'TA'
    case 249: return 'TKEY'
    case 52: return 'TLSA'
    case 250: return 'TSIG'
    case 16: return 'TXT'
    case 252: return 'AXFR'
    case 251: return 'IXFR'
    case 41: return 'OPT'
    case 255: return 'ANY'
  }
  return 'UNKNOWN_' + type
}

exports.toType = function (name) {
  switch (name.toUpperCase()) {
    case 'A': return 1
    case 'NULL': return 10
    case 'AAAA': return 28
    case 'AFSDB': return 18
    case 'APL': return 42
    case 'CAA': return 257
    case 'CDNSKEY': return 60
    case 'CDS': return 59
    case 'CERT': return 37
    case 'CNAME': return 5
    case 'DHCID': return 49
    case 'DLV': return 32769
    case 'DNAME': return 39
    case 'DNSKEY': return 48
    case 'DS': return 43
    case 'HIP': return 55
    case 'HINFO': return 13
    case 'IPSECKEY': return 45
    case 'KEY': return 25
    case 'KX': return 36
    case 'LOC': return 29
    case 'MX': return 15
    case 'NAPTR': return 35
    case 'NS': return 2
    case 'NSEC': return 47
    case 'NSEC3': return 50
    case 'NSEC3PARAM': return 51
    case 'PTR': return 12
    case 'RRSIG': return 46
    case 'RP': return 17
    case 'SIG': return 24
    case 'SOA': return 6
    case 'SPF': return 99
    case 'SRV': return 33
    case 'SSHFP': return 44
    case 'TA': return 32768
    case 'TKEY': return 249
    case 'TLSA': return 52
    case 'TSIG': return 250
    case 'TXT': return 16
    case 'AXFR': return 252
    case 'IXFR': return 251
    case 'OPT': return 41
    case 'ANY': return 255
    case '*': return 255
  }
  if (name.toUpperCase().startsWith('UNKNOWN_')) return parseInt(name.slice(8))
  return 0
}


/***/ }),

/***/ 181:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("buffer");

/***/ }),

/***/ 7067:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");

/***/ }),

/***/ 2467:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http2");

/***/ }),

/***/ 7030:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:net");

/***/ }),

/***/ 7075:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");

/***/ }),

/***/ 1692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:tls");

/***/ }),

/***/ 8522:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");

/***/ }),

/***/ 4550:
/***/ ((module) => {

// GENERATED FILE. DO NOT EDIT.
var ipCodec = (function(exports) {
  "use strict";
  
  Object.defineProperty(exports, "__esModule", {
    value: true
  });
  exports.decode = decode;
  exports.encode = encode;
  exports.familyOf = familyOf;
  exports.name = void 0;
  exports.sizeOf = sizeOf;
  exports.v6 = exports.v4 = void 0;
  const v4Regex = /^(\d{1,3}\.){3,3}\d{1,3}$/;
  const v4Size = 4;
  const v6Regex = /^(::)?(((\d{1,3}\.){3}(\d{1,3}){1})?([0-9a-f]){0,4}:{0,2}){1,8}(::)?$/i;
  const v6Size = 16;
  const v4 = {
    name: 'v4',
    size: v4Size,
    isFormat: ip => v4Regex.test(ip),
  
    encode(ip, buff, offset) {
      offset = ~~offset;
      buff = buff || new Uint8Array(offset + v4Size);
      const max = ip.length;
      let n = 0;
  
      for (let i = 0; i < max;) {
        const c = ip.charCodeAt(i++);
  
        if (c === 46) {
          // "."
          buff[offset++] = n;
          n = 0;
        } else {
          n = n * 10 + (c - 48);
        }
      }
  
      buff[offset] = n;
      return buff;
    },
  
    decode(buff, offset) {
      offset = ~~offset;
      return `${buff[offset++]}.${buff[offset++]}.${buff[offset++]}.${buff[offset]}`;
    }
  
  };
  exports.v4 = v4;
  const v6 = {
    name: 'v6',
    size: v6Size,
    isFormat: ip => ip.length > 0 && v6Regex.test(ip),
  
    encode(ip, buff, offset) {
      offset = ~~offset;
      let end = offset + v6Size;
      let fill = -1;
      let hexN = 0;
      let decN = 0;
      let prevColon = true;
      let useDec = false;
      buff = buff || new Uint8Array(offset + v6Size); // Note: This algorithm needs to check if the offset
      // could exceed the buffer boundaries as it supports
      // non-standard compliant encodings that may go beyond
      // the boundary limits. if (offset < end) checks should
      // not be necessary...
  
      for (let i = 0; i < ip.length; i++) {
        let c = ip.charCodeAt(i);
  
        if (c === 58) {
          // :
          if (prevColon) {
            if (fill !== -1) {
              // Not Standard! (standard doesn't allow multiple ::)
              // We need to treat
              if (offset < end) buff[offset] = 0;
              if (offset < end - 1) buff[offset + 1] = 0;
              offset += 2;
            } else if (offset < end) {
              // :: in the middle
              fill = offset;
            }
          } else {
            // : ends the previous number
            if (useDec === true) {
              // Non-standard! (ipv4 should be at end only)
              // A ipv4 address should not be found anywhere else but at
              // the end. This codec also support putting characters
              // after the ipv4 address..
              if (offset < end) buff[offset] = decN;
              offset++;
            } else {
              if (offset < end) buff[offset] = hexN >> 8;
              if (offset < end - 1) buff[offset + 1] = hexN & 0xff;
              offset += 2;
            }
  
            hexN = 0;
            decN = 0;
          }
  
          prevColon = true;
          useDec = false;
        } else if (c === 46) {
          // . indicates IPV4 notation
          if (offset < end) buff[offset] = decN;
          offset++;
          decN = 0;
          hexN = 0;
          prevColon = false;
          useDec = true;
        } else {
          prevColon = false;
  
          if (c >= 97) {
            c -= 87; // a-f ... 97~102 -87 => 10~15
          } else if (c >= 65) {
            c -= 55; // A-F ... 65~70 -55 => 10~15
          } else {
            c -= 48; // 0-9 ... starting from charCode 48
  
            decN = decN * 10 + c;
          } // We don't know yet if its a dec or hex number
  
  
          hexN = (hexN << 4) + c;
        }
      }
  
      if (prevColon === false) {
        // Commiting last number
        if (useDec === true) {
          if (offset < end) buff[offset] = decN;
          offset++;
        } else {
          if (offset < end) buff[offset] = hexN >> 8;
          if (offset < end - 1) buff[offset + 1] = hexN & 0xff;
          offset += 2;
        }
      } else if (fill === 0) {
        // Not Standard! (standard doesn't allow multiple ::)
        // This means that a : was found at the start AND end which means the
        // end needs to be treated as 0 entry...
        if (offset < end) buff[offset] = 0;
        if (offset < end - 1) buff[offset + 1] = 0;
        offset += 2;
      } else if (fill !== -1) {
        // Non-standard! (standard doens't allow multiple ::)
        // Here we find that there has been a :: somewhere in the middle
        // and the end. To treat the end with priority we need to move all
        // written data two bytes to the right.
        offset += 2;
  
        for (let i = Math.min(offset - 1, end - 1); i >= fill + 2; i--) {
          buff[i] = buff[i - 2];
        }
  
        buff[fill] = 0;
        buff[fill + 1] = 0;
        fill = offset;
      }
  
      if (fill !== offset && fill !== -1) {
        // Move the written numbers to the end while filling the everything
        // "fill" to the bytes with zeros.
        if (offset > end - 2) {
          // Non Standard support, when the cursor exceeds bounds.
          offset = end - 2;
        }
  
        while (end > fill) {
          buff[--end] = offset < end && offset > fill ? buff[--offset] : 0;
        }
      } else {
        // Fill the rest with zeros
        while (offset < end) {
          buff[offset++] = 0;
        }
      }
  
      return buff;
    },
  
    decode(buff, offset) {
      offset = ~~offset;
      let result = '';
  
      for (let i = 0; i < v6Size; i += 2) {
        if (i !== 0) {
          result += ':';
        }
  
        result += (buff[offset + i] << 8 | buff[offset + i + 1]).toString(16);
      }
  
      return result.replace(/(^|:)0(:0)*:0(:|$)/, '$1::$3').replace(/:{3,4}/, '::');
    }
  
  };
  exports.v6 = v6;
  const name = 'ip';
  exports.name = name;
  
  function sizeOf(ip) {
    if (v4.isFormat(ip)) return v4.size;
    if (v6.isFormat(ip)) return v6.size;
    throw Error(`Invalid ip address: ${ip}`);
  }
  
  function familyOf(string) {
    return sizeOf(string) === v4.size ? 1 : 2;
  }
  
  function encode(ip, buff, offset) {
    offset = ~~offset;
    const size = sizeOf(ip);
  
    if (typeof buff === 'function') {
      buff = buff(offset + size);
    }
  
    if (size === v4.size) {
      return v4.encode(ip, buff, offset);
    }
  
    return v6.encode(ip, buff, offset);
  }
  
  function decode(buff, offset, length) {
    offset = ~~offset;
    length = length || buff.length - offset;
  
    if (length === v4.size) {
      return v4.decode(buff, offset, length);
    }
  
    if (length === v6.size) {
      return v6.decode(buff, offset, length);
    }
  
    throw Error(`Invalid buffer size needs to be ${v4.size} for v4 or ${v6.size} for v6.`);
  }
  return "default" in exports ? exports.default : exports;
})({});
if (typeof define === 'function' && define.amd) define([], function() { return ipCodec; });
else if (true) module.exports = ipCodec;


/***/ }),

/***/ 997:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $Q: () => (/* binding */ clip),
/* harmony export */   WV: () => (/* binding */ displayText)
/* harmony export */ });
/* unused harmony exports displayOnPage, displayLines, stripUnseen */
/**
 * Text that somebody else chose (an agent, a repository, a server) as it may be shown to a person. What a terminal
 * or a reader would act on without seeing it (control characters, bidirectional overrides, zero-width and tag
 * characters, blank fillers, lone surrogates) becomes a visible escape, so that a name cannot forge a line, hide
 * its ending or carry an unseen message. The runner of a workflow is a reader too.
 */
// Cc control, Cf format (bidi, zero-width, tags), Cs lone surrogates, Zl and Zp separators, and the letters that
// render as nothing.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|[\u115f\u1160\u3164\uffa0]|[\u034f\u17b4\u17b5]|[\u180b-\u180f]|[\ufe00-\ufe0e]|[\u{e0100}-\u{e01ef}]/gu;
/**
 * What the runner takes for a command in a line of the log: `::name` behind nothing but blanks, and `##[name` anywhere
 * (src/Runner.Common/ActionCommand.cs of actions/runner). The text may be what a line begins with.
 */
const COMMAND = /^(\s*):(?=:[a-z])|(?<=##)\[/gi;
const SHORT = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
/**
 * Escapes what cannot be seen, line breaks too, so the result is one line; and what would be a command in the log of a
 * workflow. Everything else stays as it is.
 */
function displayText(text) {
    return displayOnPage(text).replace(COMMAND, (found, blanks) => blanks === undefined ? escapeUnseen(found) : blanks + escapeUnseen(':'));
}
/** The same for a page or a comment, where nothing is a command of the runner. */
function displayOnPage(text) {
    return text.replace(UNSEEN, escapeUnseen);
}
/** The same for text of several lines: line feeds and tabs stay. */
function displayLines(text) {
    return text.replace(UNSEEN, (character) => character === '\n' || character === '\t' ? character : escapeUnseen(character));
}
/** Leaves out what cannot be seen, but for line feeds and tabs. */
function stripUnseen(text) {
    return text.replace(UNSEEN, (character) => (character === '\n' || character === '\t' ? character : ''));
}
/** `text` cut to `limit` code points, with `…` where something is missing. */
function clip(text, limit) {
    if (text.length <= limit)
        return text;
    const points = [...text];
    return points.length <= limit ? text : `${points.slice(0, Math.max(0, limit - 1)).join('')}…`;
}
function escapeUnseen(character) {
    const short = SHORT[character];
    if (short !== undefined)
        return short;
    const code = character.codePointAt(0);
    // Bytes that are not UTF-8, as core/path-text carries them.
    if (code >= 0xdc80 && code <= 0xdcff)
        return `\\x${(code - 0xdc00).toString(16)}`;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}


/***/ }),

/***/ 1353:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  lx: () => (/* binding */ CagentError),
  lt: () => (/* binding */ asCagentError),
  bD: () => (/* binding */ messageOf)
});

// UNUSED EXPORTS: renderError

// EXTERNAL MODULE: ./lib/core/display-text.js
var display_text = __nccwpck_require__(997);
;// CONCATENATED MODULE: ./lib/core/error-catalogue.js
const ERROR_CATALOGUE = {
    'cli.usage': {
        fault: 'user',
        meaning: 'The command line has an unknown option, a missing value or a misplaced argument.',
    },
    'config.unreadable': {
        fault: 'user',
        meaning: 'The configuration, or a file that it or the command line names, cannot be read.',
    },
    'config.syntax': { fault: 'user', meaning: 'The configuration file is not valid YAML.' },
    'config.invalid': {
        fault: 'user',
        meaning: 'A key is unknown, a value has the wrong type or range, or settings contradict each other.',
    },
    'config.key': { fault: 'user', meaning: 'There is no usable key for the model API of the agent.' },
    'config.workspace': {
        fault: 'user',
        meaning: 'The workspace is missing, is not a directory or cannot be read.',
    },
    'config.out': { fault: 'user', meaning: 'The run directory cannot be created or written.' },
    'docker.missing': { fault: 'environment', meaning: 'The docker command is not installed.' },
    'docker.unreachable': { fault: 'environment', meaning: 'The Docker engine does not answer.' },
    'docker.permission': { fault: 'environment', meaning: 'The user may not use the Docker socket.' },
    'docker.network': { fault: 'user', meaning: 'The engine does not have a network that was named.' },
    'docker.failed': { fault: 'environment', meaning: 'A docker command failed.' },
    'image.unavailable': { fault: 'user', meaning: 'The image is not present and cannot be pulled.' },
    'image.build': { fault: 'user', meaning: 'Building the image failed.' },
    'image.push': { fault: 'user', meaning: 'The image could not be pushed to its registry.' },
    'workspace.view': { fault: 'environment', meaning: 'The view of the workspace could not be made.' },
    'workspace.overlay': {
        fault: 'environment',
        meaning: 'The kernel, the storage or the engine refuses to mount the view as an overlay, and a copy did not help.',
    },
    'workspace.git': {
        fault: 'environment',
        meaning: 'The clean git repository for the sandbox could not be made.',
    },
    'workspace.base': {
        fault: 'user',
        meaning: 'The base commit that trusted configuration comes from is not in the clone.',
    },
    'workspace.exposed': {
        fault: 'internal',
        meaning: 'A hidden path was still visible in the sandbox, so the agent was not started.',
    },
    'egress.rule': { fault: 'user', meaning: 'A network rule is not valid or cannot be enforced as written.' },
    'gateway.failed': {
        fault: 'environment',
        meaning: 'The gateway did not come up, so the agent was not started, or it ended while it served the agent.',
    },
    'gateway.resolver': { fault: 'user', meaning: 'The upstream resolver does not answer.' },
    'sandbox.failed': { fault: 'environment', meaning: 'The sandbox could not be started.' },
    'sandbox.runtime': { fault: 'user', meaning: 'The engine does not have the requested runtime.' },
    'changes.capture': { fault: 'internal', meaning: 'The changes of the agent could not be captured.' },
    'changes.apply': { fault: 'user', meaning: 'The patch does not apply or breaks the patch policy.' },
    'apply.run': {
        fault: 'user',
        meaning: 'The run directory or artifact to apply is missing, or is not as cagent left it.',
    },
    'report.write': { fault: 'environment', meaning: 'The run directory could not be written completely.' },
    'publish.failed': { fault: 'environment', meaning: 'Publishing the results failed.' },
    'github.event': {
        fault: 'environment',
        meaning: 'The event that started the workflow is not what GitHub sends.',
    },
    'github.token': { fault: 'user', meaning: 'There is no token for GitHub, or GitHub does not accept it.' },
    'github.permission': { fault: 'user', meaning: 'The token may not do what was asked of GitHub.' },
    'github.not-found': {
        fault: 'user',
        meaning: 'GitHub does not have what was asked for, or the token may not see it.',
    },
    'github.rate-limit': {
        fault: 'environment',
        meaning: 'A limit of GitHub is used up, and waiting for it would take too long.',
    },
    'github.refused': { fault: 'user', meaning: 'GitHub did not take a request as it was.' },
    'github.unreachable': { fault: 'environment', meaning: 'GitHub cannot be reached, or fails.' },
    'trigger.unverified': {
        fault: 'user',
        meaning: 'GitHub cannot be asked whether the person behind the event may start an agent.',
    },
    'run.cancelled': { fault: 'user', meaning: 'The run was cancelled before the agent started.' },
    'internal.bug': { fault: 'internal', meaning: 'A state that should be impossible; please report it.' },
};

;// CONCATENATED MODULE: ./lib/core/errors.js


/**
 * The only error that cagent throws on purpose. `message` says what happened and where, on one line; `hint` says
 * what to do. The stage is the part of `code` before the dot.
 */
class CagentError extends Error {
    code;
    hint;
    constructor(code, message, details = {}) {
        super(message, details.cause === undefined ? undefined : { cause: details.cause });
        this.name = 'CagentError';
        this.code = code;
        this.hint = details.hint;
    }
    get stage() {
        return this.code.slice(0, this.code.indexOf('.'));
    }
    get fault() {
        return ERROR_CATALOGUE[this.code].fault;
    }
}
/** Wraps anything thrown into a {@link CagentError}; what is already one passes through. */
function asCagentError(thrown) {
    if (thrown instanceof CagentError)
        return thrown;
    return new CagentError('internal.bug', messageOf(thrown), {
        cause: thrown,
        hint: 'This is a bug in cagent; please report it with the run directory.',
    });
}
/** The message of anything that can be thrown. */
function messageOf(thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
}
/** `cagent: code: what happened. What to do.` on one line, for stderr and annotations. */
function renderError(error) {
    const message = error.message.trimEnd();
    // What programs say often ends without a full stop, and the hint is a sentence of its own.
    const hint = error.hint === undefined ? '' : `${/[.!?]$/.test(message) ? '' : '.'} ${error.hint}`;
    return displayText(`cagent: ${error.code}: ${message}${hint}`.replace(/\s*[\r\n]+\s*/g, ' ').trimEnd());
}


/***/ }),

/***/ 998:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   BZ: () => (/* binding */ PRIVATE_RANGES),
/* harmony export */   I: () => (/* binding */ kindOf),
/* harmony export */   KE: () => (/* binding */ CLOSED_RANGES),
/* harmony export */   dG: () => (/* binding */ KIND_REASONS)
/* harmony export */ });
/* unused harmony export ADDRESS_RANGES */
/* harmony import */ var _address_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8575);

/**
 * Everything that is not public, the most special first: the first match counts. `private` needs consent; the
 * others are never reachable. 198.51.100.0/24 and its like are for documentation and count as public.
 */
const RANGES = [
    // The synthetic addresses of names, the link to the agent, and the address that proves the floor at start.
    ['198.18.0.0/15', 'own'],
    ['100.64.7.0/30', 'own'],
    ['100.127.255.254/32', 'own'],
    // Azure, Oracle and Alibaba have metadata services outside of 169.254.0.0/16.
    ['168.63.129.16/32', 'metadata'],
    ['192.0.0.192/32', 'metadata'],
    ['100.100.100.200/32', 'metadata'],
    ['169.254.0.0/16', 'metadata'],
    ['127.0.0.0/8', 'loopback'],
    ['10.0.0.0/8', 'private'],
    ['172.16.0.0/12', 'private'],
    ['192.168.0.0/16', 'private'],
    ['100.64.0.0/10', 'private'],
    ['224.0.0.0/4', 'multicast'],
    ['255.255.255.255/32', 'multicast'],
    ['0.0.0.0/8', 'reserved'],
    ['192.0.0.0/24', 'reserved'],
    ['240.0.0.0/4', 'reserved'],
];
const ADDRESS_RANGES = RANGES.map(([text, kind]) => ({
    ...(0,_address_js__WEBPACK_IMPORTED_MODULE_0__/* .parseBlock */ .rT)(text),
    kind,
}));
/** Never reachable, whatever a rule says. */
const CLOSED_RANGES = ADDRESS_RANGES.filter((range) => range.kind !== 'private');
/** Reachable with consent. */
const PRIVATE_RANGES = ADDRESS_RANGES.filter((range) => range.kind === 'private');
/** The kind of a block that lies within one range; `public` for all others, also for those that straddle. */
function kindOf(block) {
    return ADDRESS_RANGES.find((range) => (0,_address_js__WEBPACK_IMPORTED_MODULE_0__/* .containsBlock */ .tS)(range, block))?.kind ?? 'public';
}
/** The word for the record when an address of this kind is refused. */
const KIND_REASONS = {
    public: 'direct-address',
    private: 'private-address',
    metadata: 'metadata-address',
    loopback: 'loopback-address',
    multicast: 'multicast-address',
    reserved: 'reserved-address',
    own: 'own-address',
};


/***/ }),

/***/ 6151:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   _: () => (/* binding */ addressVerdict)
/* harmony export */ });
/* harmony import */ var node_net__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7030);
/* harmony import */ var _address_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(8575);
/* harmony import */ var _address_ranges_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(998);



/**
 * Whether the gateway may dial an address that its resolver gave for an allowed name.
 * @param address IPv4, or IPv6 where only the IPv4-mapped form has a chance
 * @param options.private whether the rule says that the name may be private
 */
function addressVerdict(address, options) {
    const value = (0,_address_js__WEBPACK_IMPORTED_MODULE_1__/* .parseIPv4 */ .vm)(address) ?? mappedIPv4(address);
    if (value === undefined)
        return { allowed: false, reason: (0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIPv6)(address) ? 'ipv6-address' : 'reserved-address' };
    const kind = (0,_address_ranges_js__WEBPACK_IMPORTED_MODULE_2__/* .kindOf */ .I)({ base: value, prefix: 32 });
    if (kind === 'public' || (kind === 'private' && options.private))
        return { allowed: true, reason: 'rule' };
    return { allowed: false, reason: _address_ranges_js__WEBPACK_IMPORTED_MODULE_2__/* .KIND_REASONS */ .dG[kind] };
}
/** `::ffff:10.0.0.1` in any spelling to the number of 10.0.0.1. The URL parser brings all spellings to one. */
function mappedIPv4(address) {
    const host = (0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIPv6)(address) ? URL.parse(`http://[${address}]/`)?.hostname : undefined;
    const match = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host ?? '');
    return match === null
        ? undefined
        : Number.parseInt(`${match[1]}`, 16) * 65_536 + Number.parseInt(`${match[2]}`, 16);
}


/***/ }),

/***/ 8575:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $4: () => (/* binding */ formatBlock),
/* harmony export */   fD: () => (/* binding */ formatIPv4),
/* harmony export */   rI: () => (/* binding */ subtractBlocks),
/* harmony export */   rT: () => (/* binding */ parseBlock),
/* harmony export */   tS: () => (/* binding */ containsBlock),
/* harmony export */   vm: () => (/* binding */ parseIPv4)
/* harmony export */ });
/* harmony import */ var node_net__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7030);

/** Four decimal parts without leading zeros to a number; `undefined` for every other spelling. */
function parseIPv4(text) {
    if (!(0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIPv4)(text))
        return undefined;
    return text.split('.').reduce((value, part) => value * 256 + Number(part), 0);
}
function formatIPv4(value) {
    return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}
/** `10.1.0.0/16`, or an address as a block of one. Bits after the prefix are cut off. */
function parseBlock(text) {
    const [address, length, ...rest] = text.split('/');
    const value = parseIPv4(address);
    if (value === undefined || rest.length > 0)
        return undefined;
    if (length === undefined)
        return { base: value, prefix: 32 };
    if (!/^(?:\d|[12]\d|3[0-2])$/.test(length))
        return undefined;
    const prefix = Number(length);
    return { base: value - (value % sizeOf(prefix)), prefix };
}
function formatBlock(block) {
    return `${formatIPv4(block.base)}/${block.prefix}`;
}
/** Whether `outer` holds all of `inner`. */
function containsBlock(outer, inner) {
    return outer.prefix <= inner.prefix && inner.base - (inner.base % sizeOf(outer.prefix)) === outer.base;
}
/** `block` without the addresses of `holes`, as the fewest blocks, in order. */
function subtractBlocks(block, holes) {
    const within = holes.filter((hole) => containsBlock(block, hole));
    if (holes.some((hole) => containsBlock(hole, block)))
        return [];
    if (within.length === 0)
        return [block];
    const prefix = block.prefix + 1;
    const halves = [block.base, block.base + sizeOf(prefix)];
    return halves.flatMap((base) => subtractBlocks({ base, prefix }, within));
}
function sizeOf(prefix) {
    return 2 ** (32 - prefix);
}


/***/ }),

/***/ 9631:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   V5: () => (/* binding */ nameVerdict),
/* harmony export */   Xg: () => (/* binding */ deny),
/* harmony export */   _j: () => (/* binding */ withoutBudget),
/* harmony export */   c_: () => (/* binding */ connectionVerdict),
/* harmony export */   cw: () => (/* binding */ allow),
/* harmony export */   sY: () => (/* binding */ grantingRules)
/* harmony export */ });
/* harmony import */ var _host_name_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(9040);
/* harmony import */ var _matching_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(2844);
/* harmony import */ var _reasons_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(1630);



/** Well-known ports carry their protocol and nothing else, unless it is what the rule's http restrictions need. */
const PORT_PROTOCOLS = new Map([
    [80, { protocol: 'http', reason: 'not-http' }],
    [443, { protocol: 'tls', reason: 'not-tls' }],
]);
/**
 * Whether a name may be looked up, that is, gets a synthetic address. A name under an exactly allowed one does not.
 * @param name as asked: any case, with or without the trailing dot
 */
function nameVerdict(policy, name) {
    const normalized = (0,_host_name_js__WEBPACK_IMPORTED_MODULE_0__/* .normalizeName */ .Pc)(name);
    if (normalized === undefined)
        return BLOCKED_NAME;
    const rule = (0,_matching_js__WEBPACK_IMPORTED_MODULE_1__/* .rulesForName */ .kV)(policy, normalized)[0];
    if (rule !== undefined && policy.mode !== 'none')
        return allow(rule);
    return (0,_matching_js__WEBPACK_IMPORTED_MODULE_1__/* .isPublicName */ .XC)(normalized) ? deny(policy, 'dns-no-rule') : BLOCKED_NAME;
}
/** Whether a connection to a name and port may be made, and how. Several rules for one name add up. */
function connectionVerdict(policy, attempt) {
    const { port, protocol } = attempt;
    const named = namedRules(policy, attempt.name);
    const granting = rulesForPort(named, port, protocol === 'udp' ? 'udp' : 'tcp');
    const first = granting[0];
    if (first === undefined)
        return closed(deny(policy, named.length === 0 ? 'no-rule' : 'port-not-allowed'));
    const expected = protocol === 'udp' ? undefined : PORT_PROTOCOLS.get(port);
    const open = granting.filter((rule) => rule.http.length === 0);
    const mayBePrivate = (open.length > 0 ? open : granting).some((rule) => rule.private);
    if (expected !== undefined && expected.protocol !== protocol) {
        return { ...deny(policy, expected.reason, first.text), inspect: false, private: mayBePrivate };
    }
    const chosen = withoutBudget(open);
    if (chosen !== undefined)
        return { ...allow(chosen), inspect: false, private: mayBePrivate };
    if (protocol === 'tcp')
        return { ...deny(policy, 'not-http', first.text), inspect: false, private: mayBePrivate };
    return { ...allow(first), inspect: true, private: mayBePrivate };
}
/** The rules for a name and port, in order; those of other names and ports have no say. */
function grantingRules(policy, name, port) {
    return rulesForPort(namedRules(policy, name), port, 'tcp');
}
/** Of rules that all allow the same, one that lets it pass without counting; else the first. */
function withoutBudget(rules) {
    return rules.find((rule) => rule.budget === undefined) ?? rules[0];
}
function allow(rule) {
    return { verdict: 'allowed', reason: 'rule', rule: rule.text };
}
/** The verdict on what no rule allows: audit mode lets it pass. */
function deny(policy, reason, rule = _reasons_js__WEBPACK_IMPORTED_MODULE_2__/* .NO_RULE */ .L) {
    return { verdict: policy.mode === 'audit' ? 'audited' : 'blocked', reason, rule };
}
const BLOCKED_NAME = { verdict: 'blocked', reason: 'dns-no-rule', rule: _reasons_js__WEBPACK_IMPORTED_MODULE_2__/* .NO_RULE */ .L };
function namedRules(policy, name) {
    const normalized = (0,_host_name_js__WEBPACK_IMPORTED_MODULE_0__/* .normalizeName */ .Pc)(name);
    return normalized === undefined || policy.mode === 'none' ? [] : (0,_matching_js__WEBPACK_IMPORTED_MODULE_1__/* .rulesForName */ .kV)(policy, normalized);
}
function rulesForPort(rules, port, protocol) {
    return rules.filter((rule) => rule.ports.some((open) => open.port === port && open.protocol === protocol));
}
function closed(decision) {
    return { ...decision, inspect: false, private: false };
}


/***/ }),

/***/ 9040:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Pc: () => (/* binding */ normalizeName)
});

// UNUSED EXPORTS: isLocalName, normalizeWrittenName

;// CONCATENATED MODULE: external "node:url"
const external_node_url_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:url");
;// CONCATENATED MODULE: ./lib/egress/host-name.js

const LONGEST_NAME = 253;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** What the URL standard takes for an address: `127.1`, `0x7f.1` and `2130706433` are one, whatever they look like. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;
/**
 * A host name as it came over the wire (DNS question, SNI, Host) in the form that rules are compared in: lower
 * case, no trailing dot. `undefined` when it is not a host name; addresses are not.
 */
function normalizeName(name) {
    // Before lower-casing: U+212A (Kelvin sign) becomes a plain "k".
    if (/[^\x21-\x7e]/.test(name))
        return undefined;
    const lower = (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
    if (lower.length === 0 || lower.length > LONGEST_NAME || ENDS_IN_NUMBER.test(lower))
        return undefined;
    return lower.split('.').every((label) => LABEL.test(label)) ? lower : undefined;
}
/** A host name as people write it, international ones included, in the form of {@link normalizeName}. */
function normalizeWrittenName(name) {
    // The URL parser behind domainToASCII decodes percent signs and cuts at separators; neither belongs in a name.
    if (/[\s%/\\?#@:<>[\]^|*]/.test(name))
        return undefined;
    return normalizeName(domainToASCII(name));
}
/** Names that mean the asking machine itself (RFC 6761). */
function isLocalName(name) {
    return name === 'localhost' || name.endsWith('.localhost');
}


/***/ }),

/***/ 2844:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Hj: () => (/* binding */ matchesName),
/* harmony export */   XC: () => (/* binding */ isPublicName),
/* harmony export */   kV: () => (/* binding */ rulesForName)
/* harmony export */ });
/** Whether a rule's target means this name (normalised). Address targets never do: names and addresses do not mix. */
function matchesName(target, name) {
    switch (target.kind) {
        case 'name':
            return name === target.name;
        case 'one-label':
            return (name.indexOf('.') === name.length - target.suffix.length - 1 && name.endsWith(`.${target.suffix}`));
        case 'any-depth':
            return name.endsWith(`.${target.suffix}`);
        case 'any':
            return isPublicName(name);
        case 'cidr':
            return false;
    }
}
/** A name that may belong to somebody outside: names of one label belong to the local network. */
function isPublicName(name) {
    return name.includes('.') && !name.endsWith('.localhost');
}
/** The rules that mean this name (normalised), in the order of the policy. Costs one look-up per label of the name. */
function rulesForName(policy, name) {
    const index = indexOf(policy);
    const suffixes = [...name.matchAll(/\./g)].map((dot) => name.slice(dot.index + 1));
    const candidates = [index.get(name), ...suffixes.map((suffix) => index.get(`.${suffix}`)), index.get('*')];
    return candidates
        .flatMap((entries) => entries ?? [])
        .filter(({ rule }) => matchesName(rule.target, name))
        .sort((a, b) => a.position - b.position)
        .map(({ rule }) => rule);
}
const indexes = new WeakMap();
/** Rules by where they hang in the tree of names, so that ten thousand of them cost no more than ten. */
function indexOf(policy) {
    const known = indexes.get(policy);
    if (known !== undefined)
        return known;
    const index = new Map();
    for (const [position, rule] of policy.rules.entries()) {
        const key = indexKey(rule.target);
        if (key === undefined)
            continue;
        const entries = index.get(key);
        if (entries === undefined)
            index.set(key, [{ position, rule }]);
        else
            entries.push({ position, rule });
    }
    indexes.set(policy, index);
    return index;
}
function indexKey(target) {
    switch (target.kind) {
        case 'name':
            return target.name;
        case 'one-label':
        case 'any-depth':
            return `.${target.suffix}`;
        case 'any':
            return '*';
        case 'cidr':
            return undefined;
    }
}


/***/ }),

/***/ 1630:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ NO_RULE),
/* harmony export */   q: () => (/* binding */ EGRESS_REASONS)
/* harmony export */ });
/**
 * Why a decision fell as it did: the stable words of `reason` in `egress.jsonl`, each with one sentence for people.
 * Scripts match on the words, so they are never renamed. In audit mode the word says why block mode would refuse.
 */
const EGRESS_REASONS = {
    rule: 'A rule allows it.',
    'no-rule': 'No rule names this host.',
    'port-not-allowed': 'Rules name this host or address, but not with this port.',
    'protocol-not-allowed': 'This protocol is never forwarded.',
    'direct-address': 'An address was used without a name, and no rule lists the address.',
    'private-address': 'The address is private, and the rule does not say private: true.',
    'metadata-address': 'The address is link-local or belongs to a cloud metadata service; it is never reachable.',
    'loopback-address': 'The address is a loopback address; it is never reachable.',
    'multicast-address': 'The address is a multicast or broadcast address; it is never reachable.',
    'reserved-address': 'The address is reserved and belongs to nobody; it is never reachable.',
    'own-address': 'The address belongs to the sandbox itself.',
    'ipv6-address': 'The address is IPv6; the sandbox has none.',
    'gateway-port': 'The agent tried a port of the gateway that is not for it.',
    'spoofed-source': 'The packet came from an address that the agent does not have.',
    'sni-missing': 'The TLS hello names no host.',
    'sni-mismatch': 'The TLS hello names another host than the one that was looked up.',
    'host-missing': 'The HTTP request names no host, or more than one.',
    'host-mismatch': 'The HTTP request names another host than the one that was looked up.',
    'not-tls': 'Port 443 was used for something that is not TLS.',
    'not-http': 'HTTP was expected, because of the port or because the rule has http restrictions.',
    'http-malformed': 'The HTTP request is malformed, or can be read in two ways.',
    'method-not-allowed': 'The rules for this host and path do not list the method.',
    'path-not-allowed': 'The rules for this host do not list the path.',
    'ambiguous-path': 'The path can be read in two ways, so it cannot be compared with the rules.',
    'dns-no-rule': 'The name was looked up, but no rule allows it; the question was not passed on.',
    'dns-type': 'The name is allowed, but this type of DNS record is not served.',
    'dns-malformed': 'The DNS message is malformed, or asks several questions.',
    'resolve-failed': 'The upstream resolver has no usable address for the name.',
    'upstream-failed': 'The destination did not accept the connection, or broke it.',
    'upstream-certificate': 'The certificate of the destination could not be verified.',
    'client-handshake': 'The client broke off the TLS handshake; it may not trust the certificate authority of the run.',
    timeout: 'The connection was silent for too long.',
    budget: 'The budget of the run for its model is used up.',
    'upload-budget': 'The rule says how much may be sent in one run, and that much was sent.',
    'request-budget': 'The rule says how many requests one run may make, and that many were made.',
    'key-refused': 'The model provider did not accept the key of the run.',
    'too-many-connections': 'The agent has too many connections open, or too many requests that wait for their answers on one.',
    'too-many-names': 'The agent used more names under wildcard rules than one run may.',
    flood: 'Too many different attempts in one second to name each; this line counts them.',
};
/** The word in `rule` when no rule had a say. */
const NO_RULE = 'default';


/***/ }),

/***/ 5982:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  O: () => (/* binding */ failedDecision),
  T: () => (/* binding */ refuse)
});

;// CONCATENATED MODULE: ./lib/gateway/connection/tls-alert.js
/** Alert codes of RFC 8446, section 6. */
const ALERT = { accessDenied: 49, internalError: 80, unrecognizedName: 112 };
/** Ends a TLS connection before its handshake, so that the client can say why instead of guessing. */
function sendAlert(socket, code) {
    const fatal = 2;
    socket.end(Buffer.from([21, 3, 3, 0, 2, fatal, code]));
    // What the client still sends must not become a reset that overtakes the alert.
    socket.resume();
    socket.setTimeout(1_000, () => socket.destroy());
}

;// CONCATENATED MODULE: ./lib/gateway/connection/refuse.js

/**
 * Ends a connection at once, in the way its protocol says "no", and records why.
 * @param decision.named the host that the client named, when it is not the destination's
 */
function refuse(attempt, decision, { log }, ip) {
    const { client, destination, protocol, began } = attempt;
    if (protocol === 'tls')
        sendAlert(client, alertFor(decision.reason));
    else
        client.resetAndDestroy();
    const { verdict, reason, rule } = decision;
    const address = ip === undefined ? {} : { ip };
    log.add({
        verdict,
        reason,
        rule,
        protocol,
        host: decision.named ?? destination.name,
        port: destination.port,
        ...address,
        began,
    });
}
function alertFor(reason) {
    if (reason === 'sni-missing' || reason === 'sni-mismatch')
        return ALERT.unrecognizedName;
    return FAILURES.includes(reason) ? ALERT.internalError : ALERT.accessDenied;
}
/** Allowed, but it did not work out: not our refusal. */
const FAILURES = ['resolve-failed', 'upstream-failed', 'timeout'];
/** The verdict on a connection that could not be made: blocked when the address was refused, else a mere failure. */
function failedDecision(decision, reason) {
    return { ...decision, verdict: FAILURES.includes(reason) ? decision.verdict : 'blocked', reason };
}


/***/ }),

/***/ 1691:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  z: () => (/* binding */ startGateway)
});

;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");
;// CONCATENATED MODULE: external "node:timers/promises"
const promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");
;// CONCATENATED MODULE: ./lib/core/clock.js
const systemClock = {
    now: () => new Date(),
    monotonic: () => performance.now(),
};

// EXTERNAL MODULE: ./lib/core/errors.js + 1 modules
var errors = __nccwpck_require__(1353);
;// CONCATENATED MODULE: ./lib/egress/listeners.js
/** What audit mode listens on by itself; the floor brings the connections to other ports of names. */
const AUDIT_PORTS = [80, 443];
/** TCP ports on which the gateway has to listen, ascending. */
function listenPorts(policy) {
    if (policy.mode === 'none')
        return [];
    const ports = policy.rules
        .filter((rule) => rule.target.kind !== 'cidr')
        .flatMap((rule) => rule.ports.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port));
    return [...new Set(policy.mode === 'audit' ? [...ports, ...AUDIT_PORTS] : ports)].sort((a, b) => a - b);
}
function udpNameRules(policy) {
    if (policy.mode === 'none')
        return [];
    return policy.rules.flatMap((rule) => {
        const { target } = rule;
        if (target.kind === 'cidr')
            return [];
        return rule.ports
            .filter(({ protocol }) => protocol === 'udp')
            .map(({ port }) => ({ target, port, private: rule.private, rule: rule.text }));
    });
}

// EXTERNAL MODULE: ./lib/egress/reasons.js
var reasons = __nccwpck_require__(1630);
// EXTERNAL MODULE: ./lib/egress/decide.js
var decide = __nccwpck_require__(9631);
;// CONCATENATED MODULE: ./lib/gateway/connection/abort-with.js
/** Aborts as soon as the connection is closed, above all at the end of the run: nobody waits for its destination then. */
function abortWith(client) {
    const controller = new AbortController();
    const abort = () => controller.abort();
    if (client.destroyed)
        abort();
    else
        client.once('close', abort);
    return { signal: controller.signal, abort, end: () => void client.off('close', abort) };
}

// EXTERNAL MODULE: ./lib/gateway/connection/refuse.js + 1 modules
var refuse = __nccwpck_require__(5982);
;// CONCATENATED MODULE: ./lib/gateway/connection/splice.js
/** Small at first, since most connections say little; then as large as measured best. */
const BUFFER_SIZES = [8_192, 65_536, 262_144];
/** One side is closed and the other silent: the peer is gone. */
const HALF_OPEN_MS = 300_000;
const KEEP_ALIVE_MS = 60_000;
/** @param gate asked for all that leaves */
function createSplice(gate) {
    const bytes = { out: 0, in: 0 };
    const early = [];
    let buffer = Buffer.alloc(0);
    let filled = true;
    let client;
    let upstream;
    let over;
    const link = { active: true };
    function flushed() {
        if (client?.writableLength === 0)
            upstream?.resume();
    }
    const onread = {
        // Asked before the first read and after each one; a larger one when the last was filled.
        buffer: () => {
            const larger = BUFFER_SIZES.find((size) => size > buffer.length);
            if (filled && larger !== undefined)
                buffer = Buffer.allocUnsafeSlow(larger);
            return buffer;
        },
        callback: (length, read) => {
            const chunk = Buffer.from(read.buffer, read.byteOffset, length);
            filled = length === read.length;
            if (client === undefined) {
                early.push(Buffer.from(chunk));
                return false;
            }
            bytes.in += length;
            client.write(chunk, flushed);
            // What the kernel did not take at once still lies in the buffer, so nothing may be read into it until then.
            return client.writableLength === 0;
        },
    };
    function startDown(from, to) {
        client = from;
        upstream = to;
        for (const chunk of early) {
            bytes.in += chunk.length;
            from.write(chunk, flushed);
        }
        to.on('end', () => from.end());
        if (from.writableLength === 0)
            to.resume();
        return splice_closed(from, to, link);
    }
    function startUp(first) {
        if (client === undefined || upstream === undefined)
            return;
        forward(client, upstream, first, (length) => {
            over = gate?.(length) ?? over;
            if (over?.verdict === 'blocked')
                return false;
            bytes.out += length;
            return true;
        });
    }
    function detach() {
        link.active = false;
    }
    return { onread, bytes, overrun: () => over, startDown, startUp, detach };
}
function forward(from, to, first, mayLeave) {
    const send = (chunk) => {
        if (!mayLeave(chunk.length))
            cut(from, to);
        else if (!to.write(chunk))
            from.pause();
    };
    if (first.length > 0)
        send(first);
    from.on('data', send);
    to.on('drain', () => from.resume());
    from.on('end', () => to.end());
    if (from.destroyed)
        return;
    if (from.readableEnded)
        to.end();
    else if (to.writableNeedDrain)
        from.pause();
    else
        from.resume();
}
/** Not an end: the destination must not take what it has for all of it. */
function cut(from, to) {
    from.resetAndDestroy();
    to.resetAndDestroy();
}
/** A break on one side is a break on the other: a reset stays a reset, so that nobody takes it for the end. */
function splice_closed(client, upstream, link) {
    const end = (socket, other) => {
        socket.setKeepAlive(true, KEEP_ALIVE_MS);
        socket.on('error', () => link.active && other.resetAndDestroy());
        socket.on('end', () => link.active && other.setTimeout(HALF_OPEN_MS, () => other.destroy()));
        return new Promise((resolve) => {
            const gone = () => {
                if (link.active)
                    other.destroySoon();
                resolve();
            };
            if (socket.destroyed)
                gone();
            else
                socket.once('close', gone);
        });
    };
    return Promise.all([end(client, upstream), end(upstream, client)]).then(() => { });
}

;// CONCATENATED MODULE: ./lib/gateway/connection/carry.js



/** Dials the destination of an allowed connection, passes its bytes on unread, and records it at its end. */
async function carry(attempt, decision, first, context) {
    const splice = createSplice(context.budgets.uploads(decision.rule));
    const wait = abortWith(attempt.client);
    const dialled = await context.dial({
        ...attempt.destination,
        private: decision.private,
        onread: splice.onread,
        signal: wait.signal,
    });
    wait.end();
    if (!dialled.ok) {
        (0,refuse/* refuse */.T)(attempt, (0,refuse/* failedDecision */.O)(decision, dialled.reason), context, dialled.address);
        return;
    }
    context.connections.adopt(dialled.socket);
    const done = splice.startDown(attempt.client, dialled.socket);
    splice.startUp(first);
    await done;
    recordCarried(attempt, decision, splice, dialled.address, context);
}
function recordCarried({ destination, protocol, began }, decision, { bytes, overrun }, ip, { log }) {
    const { verdict, reason, rule } = overrun() ?? decision;
    const durationMs = Date.now() - began.getTime();
    const counts = { bytesOut: bytes.out, bytesIn: bytes.in, durationMs };
    log.add({
        verdict,
        reason,
        rule,
        protocol,
        host: destination.name,
        ip,
        port: destination.port,
        ...counts,
        began,
    });
}

;// CONCATENATED MODULE: ./lib/gateway/connection/tls-hello.js
const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const RECORD_HEADER = 5;
const LONGEST_RECORD = 2 ** 14;
const MESSAGE_HEADER = 4;
const VERSION_AND_RANDOM = 2 + 32;
const SERVER_NAME = 0;
const HOST_NAME = 0;
/** Post-quantum hellos take 3 kB; nobody needs more than this. */
const LONGEST_HELLO = 2 ** 16 - 1;
/** One is usual, two are seen; thousands of one byte each would only cost time. */
const MOST_RECORDS = 64;
/**
 * Puts the ClientHello at the start of a connection together: it may come in any number of segments and records.
 * `more`: not all of it is there yet. `not-tls`: this is something else.
 */
function readHelloMessage(received) {
    const parts = [];
    let collected = 0;
    for (let at = 0; parts.length < MOST_RECORDS;) {
        const header = received.subarray(at, at + RECORD_HEADER);
        if (header.length > 0 && header[0] !== HANDSHAKE_RECORD)
            return 'not-tls';
        if (header.length > 1 && header[1] !== 3)
            return 'not-tls';
        if (header.length < RECORD_HEADER)
            return 'more';
        const length = header.readUInt16BE(3);
        if (length === 0 || length > LONGEST_RECORD)
            return 'not-tls';
        const fragment = received.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length);
        parts.push(fragment);
        collected += fragment.length;
        const message = parts.length === 1 ? fragment : Buffer.concat(parts);
        if (message.length > 0 && message[0] !== CLIENT_HELLO)
            return 'not-tls';
        if (message.length >= MESSAGE_HEADER) {
            const size = MESSAGE_HEADER + message.readUIntBE(1, 3);
            if (size > LONGEST_HELLO)
                return 'not-tls';
            if (message.length >= size)
                return { message: message.subarray(0, size) };
        }
        if (fragment.length < length || collected > LONGEST_HELLO)
            return 'more';
        at += RECORD_HEADER + length;
    }
    return 'not-tls';
}
/**
 * The host that a ClientHello names; `undefined` when it names none, or in a way that servers could read
 * differently. Strict: each length has to fit to the byte (RFC 8446, 4.1.2; RFC 6066, 3). Written here, since the
 * library for it (which the tests compare this with) waits for every field and so costs a millisecond for each
 * connection.
 */
function serverNameOf({ message }) {
    const body = createFields(message.subarray(MESSAGE_HEADER));
    body.skip(VERSION_AND_RANDOM);
    body.vector(1);
    body.vector(2);
    body.vector(1);
    const extensions = createFields(body.vector(2));
    if (!body.ended())
        return undefined;
    const names = [];
    while (!extensions.ended()) {
        const type = extensions.number(2);
        const data = extensions.vector(2);
        if (type === SERVER_NAME)
            names.push(data);
    }
    return extensions.broken() || names.length !== 1 ? undefined : hostNameIn(names[0]);
}
/** A list of exactly one name, of the only type that exists. */
function hostNameIn(extension) {
    const outer = createFields(extension);
    const list = createFields(outer.vector(2));
    const type = list.number(1);
    const name = list.vector(2);
    const whole = outer.ended() && list.ended() && !outer.broken() && !list.broken();
    const text = name.toString('latin1');
    return whole && type === HOST_NAME && /^[\x21-\x7e]+$/.test(text) ? text : undefined;
}
function createFields(bytes) {
    let at = 0;
    let broken = false;
    function take(length) {
        if (broken || at + length > bytes.length) {
            broken = true;
            at = bytes.length;
            return Buffer.alloc(0);
        }
        at += length;
        return bytes.subarray(at - length, at);
    }
    function number(length) {
        const field = take(length);
        return field.length === length ? field.readUIntBE(0, length) : 0;
    }
    return {
        skip: (length) => void take(length),
        number,
        vector: (lengthBytes) => take(number(lengthBytes)),
        ended: () => at === bytes.length,
        broken: () => broken,
    };
}

;// CONCATENATED MODULE: ./lib/gateway/connection/classify.js

/**
 * What Node's parser takes for a method, and `PRI`, with which HTTP/2 begins. Written out, since loading node:http
 * for its list costs two megabytes in a gateway that may never see plain HTTP.
 */
const REQUEST_METHODS = ('ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY ' +
    'OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK ' +
    'UNLOCK UNSUBSCRIBE PRI').split(' ');
/** Bytes within which a request has to begin. */
const LONGEST_START = 256;
const REQUEST_STARTS = REQUEST_METHODS.map((method) => `${method} `);
/** Classifies by the bytes so far; `undefined` as long as they can still become TLS or HTTP. */
function classify(received) {
    if (received.length === 0)
        return undefined;
    const hello = readHelloMessage(received);
    if (hello === 'more')
        return undefined;
    if (hello !== 'not-tls')
        return { protocol: 'tls', hello };
    // Servers ignore empty lines before a request (RFC 9112, 2.2), so they cannot hide one.
    const start = received.toString('latin1', 0, LONGEST_START).replace(/^[\r\n]+/, '');
    if (start === '' && received.length >= LONGEST_START)
        return { protocol: 'tcp' };
    if (REQUEST_STARTS.some((request) => start.startsWith(request)))
        return { protocol: 'http' };
    return REQUEST_STARTS.some((request) => request.startsWith(start)) ? undefined : { protocol: 'tcp' };
}

;// CONCATENATED MODULE: ./lib/gateway/connection/first-bytes.js
/**
 * Reads from a paused socket until the bytes are classified, and leaves it paused again.
 * @param wait.ms milliseconds, from now or from the first byte on
 */
function readFirstBytes(socket, classify, wait) {
    return new Promise((resolve) => {
        let received = Buffer.alloc(0);
        let timer;
        const startTimer = () => {
            timer ??= setTimeout(() => finish({ kind: 'timeout', received }), wait.ms);
        };
        const finish = (result) => {
            clearTimeout(timer);
            socket.pause();
            socket.off('data', onData).off('end', onEnd).off('close', onEnd);
            resolve(result);
        };
        const onEnd = () => finish({ kind: 'closed', received });
        const onData = (chunk) => {
            startTimer();
            received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
            const found = classify(received);
            if (found !== undefined)
                finish({ kind: 'found', found, received });
        };
        if (wait.from === 'now')
            startTimer();
        socket.on('data', onData).on('end', onEnd).on('close', onEnd);
        socket.resume();
    });
}

// EXTERNAL MODULE: ./lib/egress/host-name.js + 1 modules
var host_name = __nccwpck_require__(9040);
;// CONCATENATED MODULE: ./lib/gateway/connection/judge.js



/** The verdict on a connection whose first bytes are known. A TLS hello has to name the host that was looked up. */
function judge(destination, found, policy) {
    const decision = (0,decide/* connectionVerdict */.c_)(policy, { ...destination, protocol: found.protocol });
    if (found.protocol !== 'tls' || decision.verdict === 'blocked')
        return decision;
    const asked = serverNameOf(found.hello);
    if (asked === undefined)
        return { ...decision, ...(0,decide/* deny */.Xg)(policy, 'sni-missing') };
    const named = (0,host_name/* normalizeName */.Pc)(asked) ?? asked;
    return named === destination.name ? decision : { ...decision, ...(0,decide/* deny */.Xg)(policy, 'sni-mismatch'), named };
}
/** Whether the bytes of a connection are passed on as they are. */
function passesUnread(found, decision) {
    return decision.verdict !== 'blocked' && found.protocol !== 'http' && !decision.inspect;
}

;// CONCATENATED MODULE: ./lib/gateway/connection/either-first.js







/** A few bytes that may or may not become TLS or HTTP are passed on as they are after this. */
const UNDECIDED_MS = 1_000;
/** How long a refused client may still take to show what it speaks. */
const LAST_WORD_MS = 100;
/**
 * Carries a connection on a port where any protocol may pass. The server may be the one who speaks first (SSH,
 * SMTP, MySQL), so it is dialled at once. What is not to be passed on unread after all is left to `proceed`.
 */
async function carryEitherFirst(attempt, blind, proceed, context) {
    const { client, destination } = attempt;
    const splice = createSplice(context.budgets.uploads(blind.rule));
    const wait = abortWith(client);
    const dialling = context.dial({
        ...destination,
        private: blind.private,
        onread: splice.onread,
        signal: wait.signal,
    });
    const reading = readFirstBytes(client, classify, { ms: UNDECIDED_MS, from: 'first-byte' });
    const judging = reading.then((first) => {
        const found = first.kind === 'found' ? first.found : { protocol: 'tcp' };
        return { found, received: first.received, decision: judge(destination, found, context.policy) };
    });
    const early = await Promise.race([judging, dialling.then(() => undefined)]);
    if (early !== undefined && !passesUnread(early.found, early.decision)) {
        wait.abort();
        dialling.then((late) => late.ok && late.socket.destroy());
        return proceed(early.found, early.received);
    }
    const dialled = await dialling;
    wait.end();
    if (!dialled.ok) {
        // A refusal is told in the client's own protocol, where it has one and is about to show it.
        const shown = await Promise.race([judging, delay(LAST_WORD_MS)]);
        if (shown !== undefined && !passesUnread(shown.found, shown.decision)) {
            return proceed(shown.found, shown.received);
        }
        const protocol = shown?.found.protocol ?? attempt.protocol;
        (0,refuse/* refuse */.T)({ ...attempt, protocol }, (0,refuse/* failedDecision */.O)(blind, dialled.reason), context, dialled.address);
        return;
    }
    context.connections.adopt(dialled.socket);
    const done = splice.startDown(client, dialled.socket);
    const { found, received, decision } = await judging;
    // After a server that speaks first, what looks like HTTP may be another protocol; what is refused is refused.
    if (decision.verdict === 'blocked' || (!passesUnread(found, decision) && splice.bytes.in === 0)) {
        splice.detach();
        dialled.socket.destroy();
        return proceed(found, received);
    }
    splice.startUp(received);
    await done;
    recordCarried({ ...attempt, protocol: found.protocol }, decision, splice, dialled.address, context);
}
function delay(ms) {
    return new Promise((resolve) => {
        setTimeout(() => resolve(undefined), ms).unref();
    });
}

;// CONCATENATED MODULE: ./lib/gateway/connection/accept.js








/** How long the first bytes, a TLS hello for instance, may take. */
const FIRST_BYTES_MS = 10_000;
/**
 * Handles one TCP connection of the agent, from its first byte to its record. The socket comes paused.
 * @param meant where the agent wanted to go: a synthetic address
 */
async function acceptConnection(client, meant, context) {
    client.on('error', () => { });
    const { address, port } = meant;
    const name = context.names.nameOf(address);
    if (name === undefined) {
        client.resetAndDestroy();
        const where = { ip: address, port };
        context.log.add({ verdict: 'blocked', reason: 'own-address', rule: reasons/* NO_RULE */.L, protocol: 'tcp', ...where });
        return;
    }
    const attempt = {
        client,
        destination: { name, port },
        protocol: 'tcp',
        began: new Date(),
    };
    const blind = (0,decide/* connectionVerdict */.c_)(context.policy, { ...attempt.destination, protocol: 'tcp' });
    if (!context.connections.admit(client)) {
        (0,refuse/* refuse */.T)(attempt, { ...blind, verdict: 'blocked', reason: 'too-many-connections' }, context);
        return;
    }
    try {
        await serve(attempt, blind, context);
    }
    catch (error) {
        // What nobody foresaw is on record all the same.
        (0,refuse/* refuse */.T)(attempt, { ...blind, verdict: 'blocked', reason: 'upstream-failed' }, context);
        throw error;
    }
}
async function serve(attempt, blind, context) {
    if (blind.reason === 'not-tls' || blind.reason === 'not-http')
        await awaitClient(attempt, blind, context);
    else if (blind.verdict === 'blocked')
        (0,refuse/* refuse */.T)(attempt, blind, context);
    else
        await carryEitherFirst(attempt, blind, (found, received) => proceed(attempt, found, received, context), context);
}
/** Where the rules want TLS or HTTP, the client has to show what it speaks before anybody is dialled. */
async function awaitClient(attempt, blind, context) {
    const first = await readFirstBytes(attempt.client, classify, { ms: FIRST_BYTES_MS, from: 'now' });
    if (first.kind === 'found')
        await proceed(attempt, first.found, first.received, context);
    // Who connects, says nothing and goes was only looking whether the port is open.
    else if (first.kind === 'closed' && first.received.length === 0)
        attempt.client.destroy();
    else
        (0,refuse/* refuse */.T)(attempt, first.kind === 'timeout' ? { ...blind, verdict: 'blocked', reason: 'timeout' } : blind, context);
}
/** Goes on with a connection whose protocol is known. */
async function proceed(known, found, received, context) {
    const attempt = { ...known, protocol: found.protocol };
    const decision = judge(attempt.destination, found, context.policy);
    const isHttp = found.protocol === 'http';
    if (decision.verdict === 'blocked' && isHttp)
        await context.http.refuse(attempt, decision, received);
    else if (decision.verdict === 'blocked')
        (0,refuse/* refuse */.T)(attempt, decision, context);
    else if (isHttp)
        await context.http.serve(attempt, received);
    else if (decision.inspect)
        await context.inspector.serve(attempt, decision, received);
    else
        await carry(attempt, decision, received, context);
}

;// CONCATENATED MODULE: ./lib/gateway/connection/budgets.js

function createBudgets(policy) {
    const budgets = new Map();
    for (const { text, budget } of policy.rules)
        if (budget !== undefined)
            budgets.set(text, { budget, uploaded: 0, requests: 0 });
    return {
        request: (rule) => {
            const used = budgets.get(rule);
            if (used?.budget.maxRequests === undefined)
                return undefined;
            if (used.requests >= used.budget.maxRequests)
                return (0,decide/* deny */.Xg)(policy, 'request-budget', rule);
            used.requests += 1;
            return undefined;
        },
        uploads: (rule) => {
            const used = budgets.get(rule);
            const most = used?.budget.maxUploadBytes;
            if (used === undefined || most === undefined)
                return undefined;
            return (bytes) => {
                if (used.uploaded + bytes > most)
                    return (0,decide/* deny */.Xg)(policy, 'upload-budget', rule);
                used.uploaded += bytes;
                return undefined;
            };
        },
    };
}

;// CONCATENATED MODULE: ./lib/gateway/connection/connections.js
const MOST_CONNECTIONS = 4_096;
function createConnections(most = MOST_CONNECTIONS) {
    const open = new Set();
    const upstreams = new Set();
    const pending = new Set();
    return {
        admit: (client) => {
            if (open.size >= most)
                return false;
            open.add(client);
            client.once('close', () => open.delete(client));
            return true;
        },
        adopt: (upstream) => {
            upstreams.add(upstream);
            upstream.once('close', () => upstreams.delete(upstream));
        },
        track: (work) => {
            // An error here has nobody to go to, and must not end the process: whoever hands work in records its failures.
            const done = work.catch(() => { }).finally(() => pending.delete(done));
            pending.add(done);
        },
        drain: async () => {
            for (const socket of [...open, ...upstreams])
                socket.destroy();
            await Promise.allSettled([...pending]);
        },
    };
}

// EXTERNAL MODULE: ./node_modules/dns-packet/index.js
var dns_packet = __nccwpck_require__(4894);
;// CONCATENATED MODULE: ./lib/gateway/dns/agent-question.js




const RESPONSE_CODES = {
    NOERROR: 0,
    FORMERR: 1,
    SERVFAIL: 2,
    NXDOMAIN: 3,
    NOTIMP: 4,
};
const HEADER_BYTES = 12;
/** Longer than any question that a stub resolver asks. */
const LONGEST_QUESTION = 4_096;
const LONGEST_LABEL = 63;
/** Seconds. The address stays the same for the whole run, so clients may keep it. */
const TTL = 300;
/** What resolvers ask along with A as a matter of course; an empty answer makes them use A. */
const COMPANION_TYPES = ['AAAA', 'HTTPS', 'SVCB', 'UNKNOWN_64', 'UNKNOWN_65'];
/** Decides on one DNS message of the agent. Pure but for the addresses it gives. Takes any bytes. */
function answerQuestion(message, context) {
    const query = message.length <= LONGEST_QUESTION ? tryDecode(message) : undefined;
    const question = query?.questions?.[0];
    if (query === undefined ||
        query.type !== 'query' ||
        query.questions?.length !== 1 ||
        question === undefined) {
        const silent = message.length < HEADER_BYTES || query?.type === 'response';
        return { ...(silent ? {} : { reply: bareReply(message, 'FORMERR') }), record: refused('dns-malformed') };
    }
    const operation = ((query.flags ?? 0) >> 11) & 0xf;
    if (operation !== 0) {
        return { reply: bareReply(message, 'NOTIMP'), record: refused('dns-malformed', question.name) };
    }
    const behind = nameBehind(question, context.names);
    if (behind !== undefined) {
        const record = {
            ...(0,decide/* nameVerdict */.V5)(context.policy, behind),
            protocol: 'dns',
            host: behind,
            port: 53,
        };
        return { reply: reply(message, query, 'NOERROR', { type: 'PTR', data: behind }), record };
    }
    const decision = (0,decide/* nameVerdict */.V5)(context.policy, question.name);
    const name = (0,host_name/* normalizeName */.Pc)(question.name);
    const record = { ...decision, protocol: 'dns', host: name ?? question.name, port: 53 };
    if (decision.verdict === 'blocked' || name === undefined) {
        return { reply: reply(message, query, 'NXDOMAIN'), record: { ...record, verdict: 'blocked' } };
    }
    if ((question.class ?? 'IN') !== 'IN') {
        return {
            reply: reply(message, query, 'NXDOMAIN'),
            record: { ...record, verdict: 'blocked', reason: 'dns-type' },
        };
    }
    if (question.type !== 'A') {
        const usual = COMPANION_TYPES.includes(question.type);
        const verdict = usual ? decision.verdict : 'blocked';
        return { reply: reply(message, query, 'NOERROR'), record: { ...record, verdict, reason: 'dns-type' } };
    }
    const address = context.names.addressOf(name);
    if (address === undefined) {
        return {
            reply: reply(message, query, 'NXDOMAIN'),
            record: { ...record, verdict: 'blocked', reason: 'too-many-names' },
        };
    }
    return { reply: reply(message, query, 'NOERROR', { type: 'A', data: address }), record, address };
}
/** What ping and ssh ask after they have connected: the name of a synthetic address, which nobody outside knows. */
function nameBehind({ name, type }, names) {
    const [, reversed] = /^((?:\d{1,3}\.){4})in-addr\.arpa\.?$/i.exec(name) ?? [];
    if (type !== 'PTR' || reversed === undefined)
        return undefined;
    return names.nameOf(reversed.slice(0, -1).split('.').reverse().join('.'));
}
function refused(reason, host) {
    const named = host === undefined ? {} : { host };
    return { verdict: 'blocked', reason, rule: reasons/* NO_RULE */.L, protocol: 'dns', ...named, port: 53 };
}
function tryDecode(message) {
    try {
        return (0,dns_packet.decode)(message);
    }
    catch {
        return undefined;
    }
}
function reply(message, query, code, answer) {
    const question = query.questions?.[0];
    if (question === undefined || !isWritable(question.name))
        return bareReply(message, code);
    const flags = dns_packet.RECURSION_AVAILABLE | dns_packet.AUTHORITATIVE_ANSWER | ((query.flags ?? 0) & dns_packet.RECURSION_DESIRED);
    try {
        return (0,dns_packet.encode)({
            type: 'response',
            ...(query.id === undefined ? {} : { id: query.id }),
            flags: flags | RESPONSE_CODES[code],
            questions: [question],
            answers: answer === undefined ? [] : [{ ...answer, name: question.name, ttl: TTL }],
        });
    }
    catch {
        // A name that can be read but not written again.
        return bareReply(message, code);
    }
}
/** Bytes that are no UTF-8 take more room when they are written again, and the encoder does not look. */
function isWritable(name) {
    return name.split('.').every((label) => Buffer.byteLength(label) <= LONGEST_LABEL);
}
/** The header alone, without the question: for messages that cannot be repeated. */
function bareReply(message, code) {
    const header = Buffer.alloc(HEADER_BYTES);
    message.copy(header, 0, 0, 2);
    header[2] = 0x80 | ((message[2] ?? 0) & 0x79);
    header[3] = 0x80 | RESPONSE_CODES[code];
    return header;
}

;// CONCATENATED MODULE: external "node:dgram"
const external_node_dgram_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:dgram");
;// CONCATENATED MODULE: ./lib/gateway/dns/dns-server.js

/** Milliseconds without a question after which a DNS connection is closed. */
const IDLE_MS = 10_000;
/** Serves DNS over UDP on the gateway's own address. */
function serveDnsOverUdp(address, answer) {
    const socket = (0,external_node_dgram_namespaceObject.createSocket)('udp4');
    socket.on('message', async (message, from) => {
        const reply = await answer(message);
        if (reply !== undefined)
            socket.send(reply, from.port, from.address, () => { });
    });
    return new Promise((resolve, reject) => {
        // Stays: an error later on would end the gateway, and concerns one datagram.
        socket.on('error', reject);
        socket.bind(53, address, () => resolve(socket));
    });
}
/** Serves DNS on an accepted TCP connection: messages with a length of two bytes in front. */
function serveDnsOverTcp(client, answer) {
    let pending = Buffer.alloc(0);
    client.setTimeout(IDLE_MS, () => client.destroy());
    client.on('error', () => { });
    client.on('data', async (chunk) => {
        pending = Buffer.concat([pending, chunk]);
        for (let length = nextLength(pending); length !== undefined; length = nextLength(pending)) {
            const message = pending.subarray(2, 2 + length);
            pending = pending.subarray(2 + length);
            const reply = await answer(message);
            // Who asks and does not listen is not asked for more: the answers would fill this process's memory.
            if (reply !== undefined && client.writable && !client.write(withLength(reply)))
                client.pause();
        }
    });
    client.on('drain', () => client.resume());
    client.on('end', () => client.end());
    client.resume();
}
/** The length of the first whole message. */
function nextLength(pending) {
    if (pending.length < 2)
        return undefined;
    const length = pending.readUInt16BE(0);
    return pending.length >= length + 2 ? length : undefined;
}
function withLength(message) {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    return Buffer.concat([length, message]);
}

;// CONCATENATED MODULE: ./lib/gateway/floor/any-port.js


/**
 * Audit mode forwards every port of every name. Sockets for all of them would be too many, so the floor redirects
 * what has none to these ports, and the kernel's table tells where it was meant to go. There are several of them,
 * so that the agent may use one port of its own for several destinations.
 */
const ANY_PORTS = Array.from({ length: 16 }, (_, at) => 61_000 + at);
/** The kernel forgets a flow of datagrams, and may give its ports to another, after thirty seconds. */
const REMEMBERED_MS = 10_000;
const MOST_REMEMBERED = 4_096;
/** What a connection to one of {@link ANY_PORTS} was meant for; `undefined`: it was not redirected. */
function meantBy(client, table) {
    const { localPort = 0, remotePort = 0 } = client;
    return ANY_PORTS.includes(localPort) ? table.meantBy('tcp', localPort, remotePort) : undefined;
}
/** Hands redirected datagrams to the relays. */
async function serveAnyUdp(address, table, relays, { names, log }) {
    const meant = rememberMeant(table);
    const sockets = await Promise.all(ANY_PORTS.map((port) => bind(address, port)));
    for (const socket of sockets) {
        const { port: at } = socket.address();
        socket.on('message', (message, from) => {
            const endpoint = meant(at, from.port);
            if (endpoint === undefined)
                return;
            const name = names.nameOf(endpoint.address);
            if (name === undefined) {
                const where = { ip: endpoint.address, port: endpoint.port };
                log.add({ verdict: 'blocked', reason: 'own-address', rule: reasons/* NO_RULE */.L, protocol: 'udp', ...where });
                return;
            }
            const reply = (answer) => socket.send(answer, from.port, from.address, () => { });
            const key = `${at}:${from.port} ${name}:${endpoint.port}`;
            relays.receive({ key, name, port: endpoint.port, message, reply });
        });
    }
    return {
        close: () => {
            for (const socket of sockets)
                socket.close();
        },
    };
}
/** Reading the table for every datagram of a stream would cost more than the stream. */
function rememberMeant(table) {
    const known = new Map();
    return (at, agentPort) => {
        const key = `${at}:${agentPort}`;
        const now = performance.now();
        const recent = known.get(key);
        if (recent !== undefined && recent.until > now)
            return recent.endpoint;
        if (known.size >= MOST_REMEMBERED)
            known.clear();
        const endpoint = table.meantBy('udp', at, agentPort);
        known.set(key, { endpoint, until: now + REMEMBERED_MS });
        return endpoint;
    };
}
function bind(address, port) {
    const socket = (0,external_node_dgram_namespaceObject.createSocket)('udp4');
    return new Promise((resolve, reject) => {
        // Stays: an error later on would end the gateway, and concerns one datagram.
        socket.on('error', reject);
        socket.bind(port, address, () => resolve(socket));
    });
}

;// CONCATENATED MODULE: ./lib/gateway/floor/direct-flows.js
const LOOK_EVERY_MS = 250;
/** More are recorded at their beginning, without bytes. */
const MOST_FOLLOWED = 4_096;
function createDirectFlows(table, add, now) {
    const followed = new Map();
    const timer = setInterval(look, LOOK_EVERY_MS);
    timer.unref();
    function look() {
        if (followed.size === 0)
            return;
        const flows = new Map(table.read().map((flow) => [flow.key, flow]));
        for (const [key, one] of followed) {
            const flow = flows.get(key);
            if (flow !== undefined &&
                flow.bytesOut + flow.bytesIn !== (one.bytes?.out ?? 0) + (one.bytes?.in ?? 0)) {
                one.bytes = { out: flow.bytesOut, in: flow.bytesIn };
                one.changed = now();
            }
            if (flow === undefined || flow.over)
                end(key, one);
        }
    }
    function end(key, { record, began, bytes, changed }) {
        followed.delete(key);
        const counts = bytes === undefined
            ? {}
            : { bytesOut: bytes.out, bytesIn: bytes.in, durationMs: changed.getTime() - began.getTime() };
        add({ ...record, ...counts, began });
    }
    return {
        follow: (key, record) => {
            // Nobody has answered yet, and the agent's kernel tries again: still the same attempt.
            if (followed.has(key))
                return;
            const began = now();
            if (followed.size < MOST_FOLLOWED)
                followed.set(key, { record, began, bytes: undefined, changed: began });
            else
                add(record);
        },
        finish: () => {
            look();
            for (const [key, one] of followed)
                end(key, one);
        },
        close: () => {
            clearInterval(timer);
            table.close();
        },
    };
}

// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __nccwpck_require__(7030);
// EXTERNAL MODULE: ./lib/egress/address.js
var address = __nccwpck_require__(8575);
// EXTERNAL MODULE: ./lib/egress/address-ranges.js
var address_ranges = __nccwpck_require__(998);
// EXTERNAL MODULE: ./lib/egress/address-verdict.js
var address_verdict = __nccwpck_require__(6151);
;// CONCATENATED MODULE: ./lib/egress/direct.js




/** What the address and CIDR rules open, without the addresses that no rule can open. */
function directRules(policy) {
    if (policy.mode === 'none')
        return [];
    return policy.rules.flatMap((rule) => openBlocks(rule).flatMap((block) => rule.ports.map(({ protocol, port }) => ({ ...formatted(block), protocol, port, rule: rule.text }))));
}
/**
 * The verdict on a packet to an address that is no synthetic one: what the packet filter did, in the record's words.
 * @param attempt.port absent for protocols without ports
 */
function directVerdict(policy, attempt) {
    const value = (0,address/* parseIPv4 */.vm)(attempt.address);
    if (value === undefined)
        return { verdict: 'blocked', reason: 'ipv6-address', rule: reasons/* NO_RULE */.L };
    const block = { base: value, prefix: 32 };
    const kind = (0,address_ranges/* kindOf */.I)(block);
    const covering = policy.mode === 'none' ? [] : policy.rules.filter((rule) => covers(rule, block, kind));
    const granting = covering.find((rule) => rule.ports.some((open) => isPort(open, attempt)));
    if (granting !== undefined)
        return (0,decide/* allow */.cw)(granting);
    if (kind !== 'public') {
        const reason = covering.length > 0 ? 'port-not-allowed' : address_ranges/* KIND_REASONS */.dG[kind];
        return { verdict: 'blocked', reason, rule: reasons/* NO_RULE */.L };
    }
    return (0,decide/* deny */.Xg)(policy, covering.length > 0 ? 'port-not-allowed' : 'direct-address');
}
/** Every public address: what the packet filter of audit mode lets pass, and logs. */
function publicBlocks() {
    return subtractBlocks({ base: 0, prefix: 0 }, ADDRESS_RANGES).map(formatted);
}
/**
 * The addresses that an address rule opens. Those that no rule can open are cut out, and private ones too unless
 * the rule consents; nothing for name rules.
 */
function openBlocks(rule) {
    if (rule.target.kind !== 'cidr')
        return [];
    const block = { base: (0,address/* parseIPv4 */.vm)(rule.target.address), prefix: rule.target.prefix };
    return (0,address/* subtractBlocks */.rI)(block, rule.private ? address_ranges/* CLOSED_RANGES */.KE : [...address_ranges/* CLOSED_RANGES */.KE, ...address_ranges/* PRIVATE_RANGES */.BZ]);
}
/** The same as being in one of the rule's {@link openBlocks}, without computing them for every packet. */
function covers(rule, block, kind) {
    if (rule.target.kind !== 'cidr' || !(kind === 'public' || (kind === 'private' && rule.private)))
        return false;
    return (0,address/* containsBlock */.tS)({ base: (0,address/* parseIPv4 */.vm)(rule.target.address), prefix: rule.target.prefix }, block);
}
function isPort(open, attempt) {
    return open.protocol === attempt.protocol && open.port === attempt.port;
}
function formatted(block) {
    return { address: (0,address/* formatIPv4 */.fD)(block.base), prefix: block.prefix };
}

// EXTERNAL MODULE: ./lib/gateway/protocol.js
var protocol = __nccwpck_require__(572);
;// CONCATENATED MODULE: external "node:child_process"
const external_node_child_process_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:child_process");
;// CONCATENATED MODULE: ./lib/gateway/start/commands.js


/**
 * The only place of the gateway that starts other programs: the few that set up its network namespace, and the
 * reader of the packet log. Argument vectors, never a shell.
 */
/** Runs a program to its end and gives its standard output; fails with `gateway.failed` unless it exits 0. */
function runCommand(file, args, input = '') {
    const child = (0,external_node_child_process_namespaceObject.spawn)(file, [...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.stdin.on('error', () => { });
    child.stdin.end(input);
    return new Promise((resolve, reject) => {
        child.once('error', (cause) => reject(commandFailed(file, args, cause.message)));
        child.once('close', (code) => code === 0 ? resolve(stdout) : reject(commandFailed(file, args, stderr.trim())));
    });
}
/** Starts a program that runs as long as the gateway; its messages go to our standard error. */
function startService(file, args) {
    const child = (0,external_node_child_process_namespaceObject.spawn)(file, [...args], { stdio: ['ignore', 'inherit', 'inherit'] });
    child.unref();
    return child;
}
function commandFailed(file, args, detail) {
    return new errors/* CagentError */.lx('gateway.failed', `'${[file, ...args].join(' ')}' failed in the gateway: ${detail}`);
}

;// CONCATENATED MODULE: ./lib/gateway/start/link-interface.js





/** Our end of the veth pair that the link container makes. */
const LINK_INTERFACE = 'agent0';
/** Every name that the agent may use gets an address of its own in here, see names/synthetic-names. */
const SYNTHETIC_BLOCK = '198.18.0.0/15';
/** A routing table of our own, and its place behind those of the kernel. */
const LAST_TABLE = '7';
const AFTER_ALL = '32800';
const POLL_MS = 5;
/** The kernel takes every address of the block for one of this machine, so a listener sees which name was meant. */
async function makeSyntheticBlockLocal() {
    await runCommand('ip', ['route', 'add', 'local', SYNTHETIC_BLOCK, 'dev', 'lo']);
}
/**
 * Makes the router of the uplink the way out. Docker takes that of any network which the container is in, and a service's
 * network must not become the way of everything else.
 */
async function useRouter(router) {
    const change = router === protocol/* NO_ROUTER */.M4 ? ['flush', 'exact', '0.0.0.0/0'] : ['replace', 'default', 'via', router];
    await runCommand('ip', ['route', ...change]);
}
/**
 * On an uplink without a way out the kernel would turn the agent's packets away before the packet filter has seen them.
 * With this route, which is looked at last, they come to it, are refused there, and are on record.
 */
async function routeTheUnroutable() {
    await runCommand('ip', ['rule', 'add', 'iif', LINK_INTERFACE, 'lookup', LAST_TABLE, 'pref', AFTER_ALL]);
    await runCommand('ip', ['route', 'add', 'default', 'dev', 'lo', 'table', LAST_TABLE]);
}
/** Waits until the link container has pushed our end into this namespace. */
async function waitForLink(deadlineMs) {
    const end = performance.now() + deadlineMs;
    while (!(0,external_node_fs_namespaceObject.existsSync)(`/sys/class/net/${LINK_INTERFACE}`)) {
        if (performance.now() > end) {
            throw new errors/* CagentError */.lx('gateway.failed', `the link did not appear in the gateway within ${deadlineMs / 1000} s`);
        }
        await (0,promises_namespaceObject.setTimeout)(POLL_MS);
    }
}
/** Addresses first, then up: the link takes the carrier as the sign that the gateway answers. */
async function configureLink(link) {
    const commands = [
        `addr add ${link.gateway}/${link.prefix} dev ${LINK_INTERFACE}`,
        `link set ${LINK_INTERFACE} up`,
    ];
    await runCommand('ip', ['-batch', '-'], `${commands.join('\n')}\n`);
}

;// CONCATENATED MODULE: ./lib/gateway/floor/floor-rules.js








/** Group of the packet log; ulogd.conf has the same number. */
const LOG_GROUP = 7;
/** Up to this rate each refused packet is logged; above it one in {@link SAMPLE} stands for all. */
const LOG_RATE = '--hashlimit-upto 2000/sec --hashlimit-burst 4000';
const SAMPLE = 100;
function floorRules(input) {
    return { ipv4: ipv4Rules(input), ipv6: ipv6Rules() };
}
function ipv4Rules(input) {
    const { link } = input;
    return (table('raw', ['PREROUTING ACCEPT', 'SPOOFED -', 'MULTICAST -'], [
        `-A PREROUTING -i ${LINK_INTERFACE} ! -s ${link.agent} -j SPOOFED`,
        `-A PREROUTING -i ${LINK_INTERFACE} ! -s ${link.agent} -j DROP`,
        ...logged('SPOOFED', 'spoofed'),
        // No group has a member here, so the kernel would drop it before any other table sees it.
        `-A PREROUTING -i ${LINK_INTERFACE} -d 224.0.0.0/4 -j MULTICAST`,
        `-A PREROUTING -i ${LINK_INTERFACE} -d 224.0.0.0/4 -j DROP`,
        ...logged('MULTICAST', 'refused'),
    ]) +
        table('nat', ['PREROUTING ACCEPT', 'POSTROUTING ACCEPT'], [
            ...(input.policy.mode === 'audit' ? redirectRules(input.policy) : []),
            // What is forwarded on purpose (address rules) goes out under the gateway's own address.
            `-A POSTROUTING -s ${link.agent} ! -o ${LINK_INTERFACE} -j MASQUERADE`,
        ]) +
        table('filter', ['INPUT DROP', 'FORWARD DROP', 'OUTPUT DROP', 'REFUSE -', 'REFUSE_LOG -', 'PASSED -', 'DIAL -'], [
            ...inputRules(input),
            ...forwardRules(input),
            ...outputRules(input),
            ...logged('REFUSE_LOG', 'refused'),
            '-A REFUSE -j REFUSE_LOG',
            // Refused fast: a tool that gets a reset reports it, one that gets silence hangs.
            '-A REFUSE -p tcp -j REJECT --reject-with tcp-reset',
            '-A REFUSE -j REJECT --reject-with icmp-admin-prohibited',
            ...logged('PASSED', 'passed'),
        ]));
}
/** Ports of names that nothing listens on, see any-port. */
function redirectRules(policy) {
    const block = `-A PREROUTING -i ${LINK_INTERFACE} -d ${SYNTHETIC_BLOCK}`;
    const range = `${ANY_PORTS[0]}-${ANY_PORTS.at(-1)}`;
    return [
        ...listenPorts(policy).map((port) => `${block} -p tcp --dport ${port} -j RETURN`),
        ...udpPortsOf(policy).map((port) => `${block} -p udp --dport ${port} -j RETURN`),
        ...['tcp', 'udp'].map((protocol) => `${block} -p ${protocol} -j REDIRECT --to-ports ${range}`),
    ];
}
function udpPortsOf(policy) {
    return [...new Set(udpNameRules(policy).map(({ port }) => port))];
}
/** To the gateway itself: names (synthetic addresses) and DNS, from the agent only. */
function inputRules({ policy, link, resolvers, brokers = [] }) {
    const udpPorts = udpPortsOf(policy);
    return [
        // Docker's own resolver on user-defined networks listens inside of this namespace.
        ...resolvers.filter(isLoopback).map(({ address }) => `-A INPUT -i lo -d ${address} -j ACCEPT`),
        ...(resolvers.some(isLoopback) ? ['-A INPUT -i lo -m conntrack --ctstate ESTABLISHED -j ACCEPT'] : []),
        `-A INPUT ! -i ${LINK_INTERFACE} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
        `-A INPUT ! -i ${LINK_INTERFACE} -j DROP`,
        // Nobody can be answered there.
        '-A INPUT -p udp --sport 0 -j REFUSE',
        `-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
        `-A INPUT -d ${link.gateway} -p udp --dport 53 -j ACCEPT`,
        `-A INPUT -d ${link.gateway} -p tcp --dport 53 --syn -j ACCEPT`,
        ...brokers.map(({ port }) => `-A INPUT -d ${link.gateway} -p tcp --dport ${port} --syn -j ACCEPT`),
        ...listenPorts(policy).map((port) => `-A INPUT -d ${SYNTHETIC_BLOCK} -p tcp --dport ${port} --syn -j ACCEPT`),
        // The relays record what they carry; the log tells of the names that have no relay on an open port.
        ...udpPorts.flatMap((port) => [
            `-A INPUT -d ${SYNTHETIC_BLOCK} -p udp --dport ${port} -j PASSED`,
            `-A INPUT -d ${SYNTHETIC_BLOCK} -p udp --dport ${port} -j ACCEPT`,
        ]),
        ...(policy.mode === 'audit' ? [`-A INPUT -d ${link.gateway} -m conntrack --ctstate DNAT -j ACCEPT`] : []),
        // What is left of closed connections is no attempt at anything: a reset, no record.
        `-A INPUT -d ${SYNTHETIC_BLOCK} -p tcp ! --syn -j REJECT --reject-with tcp-reset`,
        ...[53, ...brokers.map(({ port }) => port)].map((port) => `-A INPUT -d ${link.gateway} -p tcp --dport ${port} ! --syn -j REJECT --reject-with tcp-reset`),
        '-A INPUT -j REFUSE',
    ];
}
/** Through the gateway: only addresses that rules list, or public ones in audit mode. */
function forwardRules({ policy }) {
    return [
        `-A FORWARD ! -i ${LINK_INTERFACE} -o ${LINK_INTERFACE} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
        `-A FORWARD ! -i ${LINK_INTERFACE} -j DROP`,
        `-A FORWARD -o ${LINK_INTERFACE} -j REFUSE`,
        ...address_ranges/* CLOSED_RANGES */.KE.map((range) => `-A FORWARD -d ${(0,address/* formatBlock */.$4)(range)} -j REFUSE`),
        '-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
        ...directRules(policy).flatMap(({ address, prefix, protocol, port }) => {
            const match = `-A FORWARD -d ${address}/${prefix} -p ${protocol} --dport ${port}`;
            return [`${match} -m conntrack --ctstate NEW -j PASSED`, `${match} -j ACCEPT`];
        }),
        ...(policy.mode === 'audit' ? auditRules() : []),
        '-A FORWARD -j REFUSE',
    ];
}
function auditRules() {
    return [
        ...address_ranges/* PRIVATE_RANGES */.BZ.map((range) => `-A FORWARD -d ${(0,address/* formatBlock */.$4)(range)} -j REFUSE`),
        ...['tcp', 'udp', 'icmp'].flatMap((protocol) => [
            `-A FORWARD -p ${protocol} -m conntrack --ctstate NEW -j PASSED`,
            `-A FORWARD -p ${protocol} -j ACCEPT`,
        ]),
    ];
}
/**
 * From the gateway: answers to the agent, questions to its resolvers, and connections to what rules name. The code
 * checks every address before it dials; here the same ranges are closed once more.
 */
function outputRules({ policy, resolvers, brokers = [] }) {
    const named = brokers.filter(({ upstream }) => !(0,external_node_net_.isIPv4)(upstream.host));
    const mayBePrivate = [...policy.rules, ...named].some((rule) => rule.private);
    const closed = [...address_ranges/* CLOSED_RANGES */.KE, ...(mayBePrivate ? [] : address_ranges/* PRIVATE_RANGES */.BZ)];
    const udpPorts = udpPortsOf(policy);
    return [
        `-A OUTPUT -o ${LINK_INTERFACE} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
        `-A OUTPUT -o ${LINK_INTERFACE} -p tcp --tcp-flags RST RST -j ACCEPT`,
        `-A OUTPUT -o ${LINK_INTERFACE} -p icmp --icmp-type destination-unreachable -j ACCEPT`,
        `-A OUTPUT -o ${LINK_INTERFACE} -j DROP`,
        ...resolvers.flatMap((resolver) => isLoopback(resolver)
            ? engineResolverRules(resolver)
            : ['udp', 'tcp'].map((p) => `-A OUTPUT -d ${resolver.address} -p ${p} --dport ${resolver.port} -j ACCEPT`)),
        ...brokers
            .filter(isWrittenAddress)
            .map(({ upstream }) => `-A OUTPUT -d ${upstream.host} -p tcp --dport ${upstream.port} -j ACCEPT`),
        ...closed.map((range) => `-A OUTPUT -d ${(0,address/* formatBlock */.$4)(range)} -j REJECT --reject-with icmp-admin-prohibited`),
        ...(policy.mode === 'audit'
            ? ['-A DIAL -p tcp -j ACCEPT', '-A DIAL -p udp -j ACCEPT']
            : listenPorts(policy).map((port) => `-A DIAL -p tcp --dport ${port} -j ACCEPT`)),
        ...named.map(({ upstream }) => `-A DIAL -p tcp --dport ${upstream.port} -j ACCEPT`),
        ...udpPorts.map((port) => `-A DIAL -p udp --dport ${port} -j ACCEPT`),
        '-A OUTPUT -j DIAL',
        '-A OUTPUT -j REJECT --reject-with icmp-admin-prohibited',
    ];
}
/**
 * Docker's own resolver on user-defined networks. Questions to it go on to another port before this filter sees them.
 * What it does not know it asks outside, from this namespace and at addresses that only the engine knows: by sockets
 * of the engine, which is root. The gateway's process no longer is when it serves.
 */
function engineResolverRules({ address }) {
    return [
        `-A OUTPUT -o lo -d ${address} -j ACCEPT`,
        `-A OUTPUT -o lo -s ${address} -j ACCEPT`,
        ...['udp', 'tcp'].map((p) => `-A OUTPUT -p ${p} --dport 53 -m owner --uid-owner 0 -j ACCEPT`),
    ];
}
/** The agent has no IPv6; what it sends nevertheless is recorded and dropped before anything else looks at it. */
function ipv6Rules() {
    return (table('raw', ['PREROUTING ACCEPT', 'REFUSE_LOG -'], [
        `-A PREROUTING -i ${LINK_INTERFACE} -j REFUSE_LOG`,
        `-A PREROUTING -i ${LINK_INTERFACE} -j DROP`,
        ...logged('REFUSE_LOG', 'refused'),
    ]) + table('filter', ['INPUT DROP', 'FORWARD DROP', 'OUTPUT DROP'], []));
}
/** A chain that logs and returns; above the rate it logs samples, each marked with the number of packets it stands for. */
function logged(chain, prefix) {
    const log = `-j NFLOG --nflog-group ${LOG_GROUP} --nflog-threshold 1 --nflog-prefix`;
    const sampled = `-m statistic --mode nth --every ${SAMPLE} --packet ${SAMPLE - 1}`;
    return [
        `-A ${chain} -m hashlimit --hashlimit-name ${prefix} ${LOG_RATE} -g ${chain}_ONE`,
        `-A ${chain} ${sampled} ${log} ${prefix}*${SAMPLE}`,
        `-A ${chain}_ONE ${log} ${prefix}`,
    ];
}
function table(name, chains, rules) {
    const own = new Set(rules.flatMap((rule) => /-g (\S+)/.exec(rule)?.[1] ?? []));
    const all = [...chains, ...[...own].map((chain) => `${chain} -`)];
    return [`*${name}`, ...all.map((chain) => `:${chain}`), ...rules, 'COMMIT', ''].join('\n');
}
/** A model API at an address that the user wrote out, which is neither loopback nor metadata nor the like. */
function isWrittenAddress({ upstream, private: mayBePrivate, }) {
    return (0,external_node_net_.isIPv4)(upstream.host) && (0,address_verdict/* addressVerdict */._)(upstream.host, { private: mayBePrivate }).allowed;
}
function isLoopback({ address }) {
    return address.startsWith('127.');
}

;// CONCATENATED MODULE: ./lib/gateway/floor/flow-table.js


const TABLE = '/proc/net/nf_conntrack';
const ACCOUNTING = '/proc/sys/net/netfilter/nf_conntrack_acct';
const PIECE = 2 ** 16;
/** Has to be opened as root; reading goes on afterwards. A kernel without the file has no flows to tell of. */
function openFlowTable(path = TABLE) {
    const file = openIfThere(path);
    const read = () => (file === undefined ? [] : parseFlows(readFromStart(file)));
    return {
        available: file !== undefined && isCounting(),
        read,
        meantBy: (protocol, answeredAt, agentPort) => read().find((flow) => flow.protocol === protocol && flow.answeredAt === answeredAt && flow.agentPort === agentPort)?.destination,
        close: () => {
            if (file !== undefined)
                (0,external_node_fs_namespaceObject.closeSync)(file);
        },
    };
}
/** What a run has to do without when the kernel does not list its connections; `undefined`: nothing that it needs. */
function tableNotice(policy, { available }) {
    const audits = policy.mode === 'audit';
    if (available || (!audits && directRules(policy).length === 0))
        return undefined;
    const closed = audits
        ? ', and ports of names that no rule opens are refused instead of audited, but for 80 and 443'
        : '';
    return `This kernel does not list its connections (${TABLE}): connections to addresses are on record without their bytes${closed}.`;
}
/** Which flow a logged packet began; `undefined` for one that stands for many, and for protocols without ports. */
function flowKey(packet) {
    const { protocol, source, sourcePort, destination, port, count } = packet;
    if (sourcePort === undefined || port === undefined || count > 1)
        return undefined;
    return keyOf(protocol, { source, sourcePort, destination, port });
}
/** Lines of the kernel's table; those of protocols without ports, or without byte counts, are left out. */
function parseFlows(text) {
    return text.split('\n').flatMap((line) => {
        const [, protocol, state = ''] = /^ipv4 +2 +(tcp|udp) +\d+ \d+ ([A-Z_]+)?/.exec(line) ?? [];
        const [there, back] = [...line.matchAll(DIRECTION)].map(({ groups }) => groups);
        if (protocol === undefined || there === undefined || back === undefined)
            return [];
        return [
            {
                key: keyOf(protocol, there),
                protocol,
                destination: { address: there.destination, port: Number(there.port) },
                bytesOut: Number(there.bytes),
                bytesIn: Number(back.bytes),
                answeredAt: Number(back.sourcePort),
                agentPort: Number(back.port),
                over: state === 'TIME_WAIT' || state === 'CLOSE',
            },
        ];
    });
}
function keyOf(protocol, ends) {
    return `${protocol} ${ends.source}:${ends.sourcePort} ${ends.destination}:${ends.port}`;
}
const DIRECTION = /src=(?<source>[\d.]+) dst=(?<destination>[\d.]+) sport=(?<sourcePort>\d+) dport=(?<port>\d+) packets=\d+ bytes=(?<bytes>\d+)/g;
function openIfThere(path) {
    try {
        return (0,external_node_fs_namespaceObject.openSync)(path, external_node_fs_namespaceObject.constants.O_RDONLY);
    }
    catch {
        return undefined;
    }
}
function isCounting() {
    try {
        return (0,external_node_fs_namespaceObject.readFileSync)(ACCOUNTING, 'utf8').trim() === '1';
    }
    catch {
        return false;
    }
}
function readFromStart(file) {
    const pieces = [];
    for (let at = 0;;) {
        const piece = Buffer.allocUnsafe(PIECE);
        const length = (0,external_node_fs_namespaceObject.readSync)(file, piece, 0, PIECE, at);
        if (length === 0)
            return Buffer.concat(pieces).toString('latin1');
        pieces.push(piece.subarray(0, length));
        at += length;
    }
}

;// CONCATENATED MODULE: ./lib/gateway/floor/load-floor.js



/**
 * Loads the packet filter of both families and reads it back: a filter that the kernel took only in part must not
 * pass for one.
 */
async function loadFloor(rules) {
    // On a kernel without IPv6 there is nothing to filter, and ip6tables would fail.
    const families = (0,external_node_fs_namespaceObject.existsSync)('/proc/net/if_inet6')
        ? ['iptables', 'ip6tables']
        : ['iptables'];
    await Promise.all(families.map(async (family) => {
        const text = family === 'iptables' ? rules.ipv4 : rules.ipv6;
        // Without flushing: on user-defined networks Docker's own resolver lives in the nat table.
        await runCommand(`${family}-restore`, ['--noflush', '--wait', '5'], text);
        const problem = floorProblem(text, await runCommand(`${family}-save`, []));
        if (problem !== undefined)
            throw new errors/* CagentError */.lx('gateway.failed', `the packet filter (${family}) ${problem}`);
    }));
}
/** What is wrong with the filter that the kernel reports, given the one that was loaded; completes "the filter …". */
function floorProblem(loaded, saved) {
    for (const chain of ['INPUT', 'FORWARD', 'OUTPUT']) {
        if (!new RegExp(`^:${chain} DROP `, 'm').test(filterTable(saved)))
            return `does not drop by default in ${chain}`;
    }
    const expected = countRules(filterTable(loaded));
    const found = countRules(filterTable(saved));
    return expected === found ? undefined : `has ${found} rules instead of ${expected}`;
}
function filterTable(text) {
    return text.slice(Math.max(0, text.indexOf('*filter'))).split('COMMIT', 1)[0];
}
function countRules(text) {
    return text.match(/^-A /gm)?.length ?? 0;
}

;// CONCATENATED MODULE: ./lib/gateway/floor/packet.js

const PROTOCOLS = {
    1: 'icmp',
    6: 'tcp',
    17: 'udp',
    58: 'icmp',
};
/** Reads a line of ulogd's JSON output; `undefined` when it is not one of ours. */
function parsePacket(line) {
    const fields = parseObject(line);
    const [kind, sampled] = String(fields?.['oob.prefix'] ?? '').split('*');
    if (fields === undefined || (kind !== 'refused' && kind !== 'spoofed' && kind !== 'passed'))
        return undefined;
    const { dest_ip: destination, src_ip: source, dest_port: port, src_port: sourcePort } = fields;
    const protocol = PROTOCOLS[Number(fields['ip.protocol'] ?? fields['ip6.nexthdr'])] ?? 'other';
    return {
        kind,
        count: sampled === undefined ? 1 : SAMPLE,
        protocol,
        source: String(source ?? ''),
        destination: String(destination ?? ''),
        ...(typeof port === 'number' ? { port } : {}),
        ...(typeof sourcePort === 'number' ? { sourcePort } : {}),
    };
}
function parseObject(line) {
    try {
        const value = JSON.parse(line);
        return typeof value === 'object' && value !== null ? value : undefined;
    }
    catch {
        return undefined;
    }
}

// EXTERNAL MODULE: ./lib/gateway/start/lines.js
var lines = __nccwpck_require__(8834);
;// CONCATENATED MODULE: ./lib/gateway/floor/packet-log.js




/** Where ulogd writes what the floor logs, and its configuration; both names are in ulogd.conf too. */
const FIFO = '/run/floor.log';
const CONFIGURATION = '/opt/cagent/ulogd.conf';
/** The account that Debian's package makes for it. */
const ACCOUNT = 'ulog';
/**
 * Starts the reader of the kernel's packet log. Has to run before privileges are dropped: subscribing takes
 * NET_ADMIN, which ulogd gives up itself right after.
 */
async function startPacketLog(on) {
    await runCommand('mkfifo', ['-m', '600', FIFO]);
    // Open for both directions: the FIFO then has a reader before ulogd comes, and no end of file when it goes.
    const socket = new external_node_net_.Socket({
        fd: (0,external_node_fs_namespaceObject.openSync)(FIFO, external_node_fs_namespaceObject.constants.O_RDWR | external_node_fs_namespaceObject.constants.O_NONBLOCK),
        readable: true,
        writable: false,
    });
    const service = startService('ulogd', ['--uid', ACCOUNT, '--configfile', CONFIGURATION]);
    let closed = false;
    service.once('error', (error) => on.end(`the packet log could not be started: ${error.message}`));
    service.once('exit', () => {
        if (!closed)
            on.end('the packet log has stopped');
    });
    (0,lines/* onLines */.l)(socket, on.line);
    return {
        close: () => {
            closed = true;
            socket.destroy();
        },
    };
}

;// CONCATENATED MODULE: ./lib/gateway/floor/packet-record.js



/** The record's rule for what only the packet filter has seen. */
const FLOOR = 'floor';
/** The record of a logged packet; `undefined` when whoever carried it writes the record. */
function packetRecord(packet, context) {
    const { names, policy } = context;
    const name = names.nameOf(packet.destination);
    const decision = packet.kind === 'spoofed' ? SPOOFED : packet_record_decide(packet, name, context);
    // A relay has taken it and writes one record for the whole exchange.
    if (packet.kind === 'passed' && name !== undefined && decision.verdict !== 'blocked')
        return undefined;
    const verdict = packet.kind === 'passed' && policy.mode !== 'none' ? decision.verdict : 'blocked';
    return {
        verdict,
        reason: decision.reason,
        rule: decision.rule === reasons/* NO_RULE */.L && name === undefined ? FLOOR : decision.rule,
        protocol: packet.protocol === 'other' ? 'icmp' : packet.protocol,
        ...(name === undefined ? {} : { host: name }),
        ip: packet.destination,
        ...(packet.port === undefined ? {} : { port: packet.port }),
        ...(packet.count > 1 ? { count: packet.count } : {}),
    };
}
const SPOOFED = { verdict: 'blocked', reason: 'spoofed-source', rule: FLOOR };
function packet_record_decide(packet, name, { policy, link }) {
    const { protocol, destination, port } = packet;
    if (protocol === 'other')
        return { verdict: 'blocked', reason: 'protocol-not-allowed', rule: reasons/* NO_RULE */.L };
    if (destination === link.gateway)
        return { verdict: 'blocked', reason: 'gateway-port', rule: reasons/* NO_RULE */.L };
    if (name === undefined)
        return directVerdict(policy, { address: destination, protocol, ...(port === undefined ? {} : { port }) });
    if (protocol === 'icmp' || port === undefined)
        return { verdict: 'blocked', reason: 'protocol-not-allowed', rule: reasons/* NO_RULE */.L };
    return refusal((0,decide/* connectionVerdict */.c_)(policy, { name, port, protocol }));
}
/** The floor refused a port that no rule opens for any name, so the answer can only be a refusal. */
function refusal(decision) {
    return { verdict: decision.verdict, reason: decision.reason, rule: decision.rule };
}

;// CONCATENATED MODULE: ./lib/gateway/http/on-demand.js
/** @param authority of the run; asked only for connections whose TLS ends here */
function createHttpParts(context, authority, extraRoots) {
    const proxy = once(async () => {
        const { createHttpProxy } = await Promise.all(/* import() */[__nccwpck_require__.e(725), __nccwpck_require__.e(310)]).then(__nccwpck_require__.bind(__nccwpck_require__, 6310));
        return createHttpProxy(context);
    });
    const inspector = once(async () => {
        const [{ createInspector }, { createTlsDial }] = await Promise.all([
            Promise.all(/* import() */[__nccwpck_require__.e(725), __nccwpck_require__.e(183)]).then(__nccwpck_require__.bind(__nccwpck_require__, 8183)),
            __nccwpck_require__.e(/* import() */ 951).then(__nccwpck_require__.bind(__nccwpck_require__, 4951)),
        ]);
        const parts = {
            authority: await authority(),
            http: await proxy(),
            tlsDial: createTlsDial(context.dial, extraRoots),
        };
        return createInspector(parts, context);
    });
    return {
        http: {
            serve: async (...args) => (await proxy()).serve(...args),
            refuse: async (...args) => (await proxy()).refuse(...args),
        },
        inspector: { serve: async (...args) => (await inspector()).serve(...args) },
    };
}
function once(make) {
    let made;
    return () => (made ??= make());
}

;// CONCATENATED MODULE: ./lib/gateway/inspect/needs-authority.js
/** Whether TLS of some host has to end in the gateway: a name has HTTP rules on a port that is not plain HTTP's. */
function needsAuthority({ rules }) {
    return rules.some((rule) => rule.http.length > 0 &&
        rule.target.kind !== 'cidr' &&
        rule.ports.some(({ protocol, port }) => protocol === 'tcp' && port !== 80));
}

;// CONCATENATED MODULE: ./lib/gateway/listeners.js


/** The agent may open many connections at once; what does not fit is refused by the kernel without a record. */
const BACKLOG = 4_096;
/** Listens on TCP ports of all synthetic addresses at once. Sockets come paused, and may be closed by halves. */
async function listenOn(ports, accept) {
    return Promise.all([...new Set(ports)].map((port) => listen(port, accept)));
}
function listen(port, accept) {
    const server = (0,external_node_net_.createServer)({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, accept);
    return new Promise((resolve, reject) => {
        server.once('error', (error) => {
            reject(new errors/* CagentError */.lx('gateway.failed', `the gateway cannot listen on port ${port}: ${error.message}`));
        });
        server.listen({ host: '0.0.0.0', port, backlog: BACKLOG }, () => resolve(server));
    });
}

;// CONCATENATED MODULE: ./lib/gateway/names/synthetic-names.js
/** Half of the block. Wildcard rules let the agent invent names; each costs memory here. */
const MOST_NAMES = 65_000;
const FIRST = 198 * 2 ** 24 + 18 * 2 ** 16;
function createSyntheticNames(most = MOST_NAMES) {
    const addresses = new Map();
    const names = new Map();
    return {
        addressOf: (name) => {
            const known = addresses.get(name);
            if (known !== undefined || addresses.size >= most)
                return known;
            const address = format(FIRST + addresses.size + 1);
            addresses.set(name, address);
            names.set(address, name);
            return address;
        },
        nameOf: (address) => names.get(address),
    };
}
function format(value) {
    return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

// EXTERNAL MODULE: ./lib/core/display-text.js
var display_text = __nccwpck_require__(997);
;// CONCATENATED MODULE: ./lib/egress/flood.js
const LINES_PER_SECOND = 20;
const WINDOW_MS = 1_000;
/**
 * Different attempts told apart at a time, for each protocol. An agent that makes up more names gets lines without the
 * name; questions for names, which cost it nothing, must not hide where a connection went.
 */
const MOST_KEYS = 2_048;
function createFloodMerger(clock) {
    const byProtocol = new Map();
    function closeIfOld(windows, key, now) {
        const window = windows.get(key);
        if (window === undefined || now - window.opened < WINDOW_MS)
            return [];
        windows.delete(key);
        if (window.merged === undefined)
            return [];
        // Still flooding, so the next window starts out merging instead of with twenty more lines.
        windows.set(key, { opened: now, lines: LINES_PER_SECOND, merged: undefined });
        return [window.merged];
    }
    function due() {
        const now = clock.monotonic();
        return [...byProtocol.values()].flatMap((windows) => [...windows.keys()].flatMap((key) => closeIfOld(windows, key, now)));
    }
    function offer(record, crowded = false) {
        const now = clock.monotonic();
        const windows = byProtocol.get(record.protocol) ?? new Map();
        byProtocol.set(record.protocol, windows);
        const exact = flood_keyOf(record);
        const known = !crowded && (windows.has(exact) || windows.size < MOST_KEYS);
        const entry = known ? record : anonymous(record);
        const key = known ? exact : flood_keyOf(entry);
        const lines = closeIfOld(windows, key, now);
        const window = windows.get(key) ?? {
            opened: now,
            lines: known ? 0 : LINES_PER_SECOND,
            merged: undefined,
        };
        windows.set(key, window);
        if (window.lines < LINES_PER_SECOND) {
            window.lines += 1;
            return [...lines, record];
        }
        window.merged = window.merged === undefined ? entry : merge(window.merged, entry);
        return lines;
    }
    function flush() {
        const windows = [...byProtocol.values()].flatMap((each) => [...each.values()]);
        byProtocol.clear();
        return windows.flatMap(({ merged }) => merged ?? []);
    }
    return { offer, due, flush };
}
/** Identical is what differs at most in time, duration and bytes. */
function flood_keyOf(record) {
    const { verdict, reason, rule, protocol, host, ip, port, method, path, status } = record;
    return JSON.stringify([verdict, reason, rule, protocol, host, ip, port, method, path, status]);
}
/** Without what the agent makes up at will; where a rule allowed the host, the host stays. */
function anonymous(record) {
    const { ip: _ip, path: _path, ...allowed } = record;
    if (record.verdict === 'allowed')
        return allowed;
    const { host: _host, port: _port, method: _method, ...rest } = allowed;
    return { ...rest, reason: 'flood' };
}
/** The line keeps the time of its first attempt; durations do not add up, so they go. */
function merge(into, record) {
    const { durationMs: _first, bytesOut: _out, bytesIn: _in, ...rest } = into;
    return {
        ...rest,
        ...sum('bytesOut', into, record),
        ...sum('bytesIn', into, record),
        count: (into.count ?? 1) + (record.count ?? 1),
    };
}
function sum(key, a, b) {
    if (a[key] === undefined && b[key] === undefined)
        return {};
    return { [key]: (a[key] ?? 0) + (b[key] ?? 0) };
}

;// CONCATENATED MODULE: ./lib/gateway/record/egress-log.js


const MERGE_EVERY_MS = 1_000;
/** Longer texts only fill the disk of the record's reader, as fast as the agent can send. */
const LONGEST_PATH = 2_048;
const LONGEST_NAME = 512;
/** @param crowded whether what was written still waits to be taken: a flood must not fill this process's memory */
function createEgressLog(clock, write, crowded = () => false) {
    const merger = createFloodMerger(clock);
    const timer = setInterval(() => merger.due().forEach(write), MERGE_EVERY_MS);
    timer.unref();
    return {
        add: ({ began, ...record }) => {
            const time = (began ?? clock.now()).toISOString();
            merger.offer({ schema: 'cagent.egress/1', time, ...clipped(record) }, crowded()).forEach(write);
        },
        flush: () => merger.flush().forEach(write),
        close: () => clearInterval(timer),
    };
}
function clipped(record) {
    const { host, path, method } = record;
    return {
        ...record,
        ...(host === undefined ? {} : { host: shortened(host, LONGEST_NAME) }),
        ...(method === undefined ? {} : { method: shortened(method, LONGEST_NAME) }),
        ...(path === undefined ? {} : { path: shortened(path, LONGEST_PATH) }),
    };
}
/** No character is more than two units long, so the first cut loses nothing that the second would keep. */
function shortened(text, limit) {
    return text.length <= limit ? text : (0,display_text/* clip */.$Q)(text.slice(0, 2 * limit + 2), limit);
}

;// CONCATENATED MODULE: ./lib/gateway/start/canary.js




function createCanaryWatch() {
    const packet = Promise.withResolvers();
    const question = Promise.withResolvers();
    let watching = true;
    return {
        isPacket: ({ kind, destination, port }) => {
            if (!watching || kind !== 'refused' || destination !== protocol/* CANARY */.nT.address || port !== protocol/* CANARY */.nT.port)
                return false;
            packet.resolve();
            return true;
        },
        isQuestion: (name) => {
            if (!watching || name === undefined || (0,host_name/* normalizeName */.Pc)(name) !== protocol/* CANARY_NAME */.FY)
                return false;
            question.resolve();
            return true;
        },
        seen: async (deadlineMs) => {
            const late = new AbortController();
            const timeout = (0,promises_namespaceObject.setTimeout)(deadlineMs, 'late', { signal: late.signal }).catch(() => 'late');
            const outcome = await Promise.race([Promise.all([packet.promise, question.promise]), timeout]);
            late.abort();
            watching = false;
            if (outcome === 'late') {
                throw new errors/* CagentError */.lx('gateway.failed', 'the test connection from the link was not refused and recorded in time');
            }
        },
    };
}

;// CONCATENATED MODULE: ./lib/gateway/start/privileges.js


/** An id that no account of the image has. */
const UNPRIVILEGED_ID = 65532;
/**
 * Becomes an ordinary user without a single capability, for good, and verifies it: whoever takes over the process
 * through the bytes it parses cannot change the packet filter.
 */
function dropPrivileges() {
    process.setgroups?.([]);
    process.setgid?.(UNPRIVILEGED_ID);
    process.setuid?.(UNPRIVILEGED_ID);
    const held = heldCapabilities((0,external_node_fs_namespaceObject.readFileSync)('/proc/self/status', 'utf8'));
    if (held.length > 0) {
        throw new errors/* CagentError */.lx('gateway.failed', `the gateway still holds capabilities after giving them up: ${held.join(', ')}`);
    }
}
/** The capability sets in a `/proc/PID/status` that are not empty, as `CapEff 00000000000010c0`; missing ones too. */
function heldCapabilities(status) {
    return ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'].flatMap((set) => {
        const value = new RegExp(`^${set}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? 'unknown';
        return /^0+$/.test(value) ? [] : [`${set} ${value}`];
    });
}

// EXTERNAL MODULE: ./lib/egress/matching.js
var matching = __nccwpck_require__(2844);
// EXTERNAL MODULE: ./lib/gateway/upstream/dial.js
var upstream_dial = __nccwpck_require__(1770);
;// CONCATENATED MODULE: ./lib/gateway/udp/udp-relay.js





/** An exchange without a datagram for this long has ended. */
const udp_relay_IDLE_MS = 60_000;
const MOST_EXCHANGES = 1_024;
function createUdpRelays(rules, resolver, context) {
    const opened = new Map();
    const sockets = new Set();
    const exchanges = new Map();
    let closed = false;
    async function open(name, address) {
        if (closed)
            return;
        const ports = new Set(rules.filter((rule) => (0,matching/* matchesName */.Hj)(rule.target, name)).map(({ port }) => port));
        const known = opened.get(name) ?? Promise.all([...ports].map((port) => listen(name, address, port))).then(() => { });
        opened.set(name, known);
        return known;
    }
    function listen(name, address, port) {
        const socket = (0,external_node_dgram_namespaceObject.createSocket)('udp4');
        sockets.add(socket);
        socket.on('message', (message, from) => {
            const key = `${address}:${port}:${from.port}`;
            const reply = (answer) => socket.send(answer, from.port, from.address, () => { });
            receive({ key, name, port, message, reply });
        });
        return new Promise((resolve) => {
            // A port that cannot be opened leaves the name without UDP: refused by the kernel, and recorded by the floor.
            socket.on('error', () => resolve());
            socket.bind(port, address, () => resolve());
        });
    }
    function receive({ message, ...datagram }) {
        if (!closed)
            exchangeFor(datagram)?.send(message);
    }
    function exchangeFor(wanted) {
        const { key, name, port } = wanted;
        const known = exchanges.get(key);
        if (known !== undefined)
            return known;
        if (exchanges.size >= MOST_EXCHANGES) {
            const decision = (0,decide/* connectionVerdict */.c_)(context.policy, { name, port, protocol: 'udp' });
            record(name, port, { ...decision, verdict: 'blocked', reason: 'too-many-connections' }, new Date());
            return undefined;
        }
        const exchange = startExchange(wanted, () => exchanges.delete(key));
        exchanges.set(key, exchange);
        return exchange;
    }
    function startExchange({ name, port, reply }, ended) {
        const began = new Date();
        const decision = (0,decide/* connectionVerdict */.c_)(context.policy, { name, port, protocol: 'udp' });
        const gate = context.budgets.uploads(decision.rule);
        const upstream = (0,external_node_dgram_namespaceObject.createSocket)('udp4');
        const bytes = { out: 0, in: 0 };
        let address;
        let outcome = decision;
        let timer;
        let over = false;
        const end = () => {
            if (over)
                return;
            over = true;
            clearTimeout(timer);
            upstream.close();
            ended();
            record(name, port, outcome, began, address, bytes);
        };
        const touch = () => {
            clearTimeout(timer);
            timer = setTimeout(end, udp_relay_IDLE_MS);
        };
        const ready = resolver.addressesOf(name).then((found) => {
            // A late answer: the socket is closed, and the exchange is on record.
            if (over)
                return;
            const choice = (0,upstream_dial/* chooseAddresses */.y)(found, decision.private);
            if (!choice.ok) {
                outcome = (0,refuse/* failedDecision */.O)(decision, choice.reason);
                address = choice.address;
                end();
                return;
            }
            address = choice.addresses[0];
            return connect(address);
        });
        const fail = () => {
            if (over)
                return;
            outcome = (0,refuse/* failedDecision */.O)(decision, 'upstream-failed');
            end();
        };
        function connect(to) {
            // Node's types know nothing of the error that the callback gets, for instance without a route.
            return new Promise((resolve, reject) => {
                upstream.connect(port, to, ((error) => (error ? reject(error) : resolve())));
            });
        }
        upstream.on('error', () => { });
        upstream.on('message', (message) => {
            bytes.in += message.length;
            touch();
            reply(message);
        });
        touch();
        const pass = (message) => {
            if (over)
                return;
            const exceeded = gate?.(message.length);
            outcome = exceeded ?? outcome;
            if (exceeded?.verdict === 'blocked') {
                end();
                return;
            }
            bytes.out += message.length;
            touch();
            upstream.send(message, () => { });
        };
        const send = (message) => {
            ready.then(() => pass(message)).catch(fail);
        };
        return { send, end };
    }
    function record(host, port, { verdict, reason, rule }, began, ip, bytes) {
        const where = { host, port, ...(ip === undefined ? {} : { ip }) };
        const moved = bytes === undefined ? {} : { bytesOut: bytes.out, bytesIn: bytes.in };
        context.log.add({
            verdict,
            reason,
            rule,
            protocol: 'udp',
            ...where,
            ...moved,
            durationMs: Date.now() - began.getTime(),
            began,
        });
    }
    function close() {
        closed = true;
        for (const exchange of [...exchanges.values()])
            exchange.end();
        for (const socket of sockets)
            socket.close();
    }
    return { open, receive, close };
}

;// CONCATENATED MODULE: ./lib/gateway/upstream/dns-query.js



/**
 * Asks one resolver once, by UDP, and by TCP when the answer is cut off or nobody is there for UDP. `undefined`: no
 * answer in time.
 */
async function askResolver(resolver, question, timeoutMs) {
    const query = { type: 'query', id: randomId(), flags: dns_packet.RECURSION_DESIRED, questions: [question] };
    const answer = await askOverUdp(resolver, query, timeoutMs);
    if (answer === 'closed')
        return askOverTcp(resolver, query, timeoutMs);
    const cut = ((answer?.flags ?? 0) & dns_packet.TRUNCATED_RESPONSE) !== 0;
    return cut ? ((await askOverTcp(resolver, query, timeoutMs)) ?? answer) : answer;
}
/** Unpredictable for whoever wants to answer in the resolver's place. */
function randomId() {
    return crypto.getRandomValues(new Uint16Array(1))[0];
}
/** A connected socket on a port of its own: the kernel drops what others send, and the id has to fit too. */
function askOverUdp(resolver, query, timeoutMs) {
    const socket = (0,external_node_dgram_namespaceObject.createSocket)('udp4');
    return new Promise((resolve) => {
        const finish = (answer) => {
            clearTimeout(timer);
            socket.removeAllListeners();
            socket.on('error', () => { });
            socket.close();
            resolve(answer);
        };
        const timer = setTimeout(finish, timeoutMs);
        socket.on('error', () => finish('closed'));
        socket.on('message', (message) => {
            const answer = answerTo(query, message);
            if (answer !== undefined)
                finish(answer);
        });
        socket.connect(resolver.port, resolver.address, () => socket.send((0,dns_packet.encode)(query), () => { }));
    });
}
function askOverTcp(resolver, query, timeoutMs) {
    const socket = (0,external_node_net_.connect)({ host: resolver.address, port: resolver.port });
    return new Promise((resolve) => {
        const finish = (answer) => {
            clearTimeout(timer);
            socket.destroy();
            resolve(answer);
        };
        const timer = setTimeout(finish, timeoutMs);
        let received = Buffer.alloc(0);
        socket.on('error', () => finish());
        socket.on('close', () => finish());
        socket.on('data', (chunk) => {
            received = Buffer.concat([received, chunk]);
            if (received.length < 2 || received.length < received.readUInt16BE(0) + 2)
                return;
            finish(answerTo(query, received.subarray(2, received.readUInt16BE(0) + 2)));
        });
        socket.write((0,dns_packet.streamEncode)(query));
    });
}
function answerTo(query, message) {
    try {
        const answer = (0,dns_packet.decode)(message);
        return answer.type === 'response' && answer.id === query.id ? answer : undefined;
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/gateway/upstream/name-resolver.js

const ANSWER_MS = 2_000;
const ROUNDS = 2;
const MOST_ALIASES = 8;
const LONGEST_CACHE_S = 60;
/** Also answers that say "at once" are kept this long, for a client that opens many connections together. */
const SHORTEST_CACHE_S = 1;
const MOST_CACHED = 10_000;
function createNameResolver(resolvers, monotonic) {
    const cache = new Map();
    return {
        addressesOf: (name) => {
            const cached = cache.get(name);
            if (cached !== undefined && cached.expires > monotonic())
                return cached.addresses;
            if (cache.size >= MOST_CACHED)
                cache.clear();
            const resolved = resolve(resolvers, name);
            const entry = {
                addresses: resolved.then((found) => found.addresses),
                expires: Number.POSITIVE_INFINITY,
            };
            cache.set(name, entry);
            resolved.then((found) => {
                entry.expires = monotonic() + found.ttl * 1_000;
            });
            return entry.addresses;
        },
    };
}
/** Names that are asked at most to find out whether a resolver is there. */
const MOST_PROBES = 8;
/**
 * Whether any of the resolvers answers at all, whatever it says.
 * @param names some that they may know: small ones of a company or of a test are silent about all others, the root too
 * @param deadlineMs for the root, and once more for the names
 */
async function anyResolverAnswers(resolvers, names, deadlineMs) {
    const probes = names.slice(0, MOST_PROBES).map((name) => ({ name, type: 'A' }));
    return ((await anyAnswer(resolvers, [{ name: '.', type: 'NS' }], deadlineMs)) ||
        (await anyAnswer(resolvers, probes, deadlineMs)));
}
/** Does not wait for a resolver that is silent when another one has spoken. */
function anyAnswer(resolvers, questions, deadlineMs) {
    const answers = resolvers.flatMap((resolver) => questions.map(async (question) => (await askResolver(resolver, question, deadlineMs)) ?? Promise.reject()));
    return Promise.any(answers).then(() => true, () => false);
}
async function resolve(resolvers, name) {
    let target = name;
    let ttl = LONGEST_CACHE_S;
    for (let aliases = 0; aliases < MOST_ALIASES; aliases++) {
        const answer = await askAll(resolvers, { name: target, type: 'A' });
        const found = followAliases(answer?.answers ?? [], target);
        ttl = Math.min(ttl, found.ttl);
        if (found.addresses.length > 0)
            return { addresses: found.addresses, ttl: Math.max(ttl, SHORTEST_CACHE_S) };
        if (found.last === target)
            break;
        target = found.last;
    }
    return { addresses: [], ttl: SHORTEST_CACHE_S };
}
async function askAll(resolvers, question) {
    for (let round = 0; round < ROUNDS; round++) {
        for (const resolver of resolvers) {
            const answer = await askResolver(resolver, question, ANSWER_MS);
            const code = (answer?.flags ?? 0) & 0xf;
            // SERVFAIL and REFUSED are one resolver's trouble; the next may do better.
            if (answer !== undefined && (code === 0 || code === 3))
                return answer;
        }
    }
    return undefined;
}
/** The addresses at the end of the chain of CNAMEs that starts at `name`, and the last name of that chain. */
function followAliases(answers, name) {
    let last = canonical(name);
    let ttl = LONGEST_CACHE_S;
    for (let aliases = 0; aliases <= answers.length; aliases++) {
        const alias = answers.find((answer) => answer.type === 'CNAME' && canonical(answer.name) === last);
        if (alias === undefined || alias.type !== 'CNAME')
            break;
        last = canonical(alias.data);
        ttl = Math.min(ttl, alias.ttl ?? 0);
    }
    const found = answers.filter((answer) => answer.type === 'A' && canonical(answer.name) === last);
    for (const answer of found)
        ttl = Math.min(ttl, answer.ttl ?? 0);
    return { addresses: found.map((answer) => String(answer.data)), last, ttl };
}
function canonical(name) {
    return name.toLowerCase().replace(/\.$/, '');
}

;// CONCATENATED MODULE: ./lib/gateway/upstream/resolver-addresses.js

/** `1.1.1.1` or `10.0.0.2:5353`; `undefined` for anything else, since the gateway has no IPv6. */
function parseResolver(text) {
    const [address = '', port = '53', ...rest] = text.split(':');
    if (!(0,external_node_net_.isIPv4)(address) || rest.length > 0 || !/^\d{1,5}$/.test(port))
        return undefined;
    const number = Number(port);
    return number >= 1 && number <= 65_535 ? { address, port: number } : undefined;
}
/** The resolvers of a resolv.conf(5), at most three like everybody else. */
function resolversOf(resolvConf) {
    return [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)]
        .map(([, address]) => parseResolver(address))
        .filter((resolver) => resolver !== undefined)
        .slice(0, 3);
}

;// CONCATENATED MODULE: ./lib/gateway/gateway.js































/** The host reads a large workspace meanwhile; if it dies instead, the end of standard input ends this process. */
const LINK_DEADLINE_MS = 600_000;
/** How long the link may take to be tested, once it is there. */
const CANARY_DEADLINE_MS = 15_000;
const RESOLVER_DEADLINE_MS = 3_000;
/** Time for packets that were refused just now to come through the packet log. */
const LAST_PACKETS_MS = 50;
/** Brings the gateway up, in the order that leaves no moment without the floor, and serves. */
async function startGateway(start, ports) {
    const { policy, link } = start;
    const { emit, fail, onClose } = ports;
    const resolvers = resolversFor(start);
    const names = createSyntheticNames();
    const log = createEgressLog(systemClock, (record) => emit({ event: 'egress', record }), ports.crowded);
    onClose(log.close);
    ports.onCrash(log.flush);
    const resolver = createNameResolver(resolvers, systemClock.monotonic);
    const connections = createConnections();
    const dial = (0,upstream_dial/* createDial */.B)(resolver);
    const context = { policy, names, log, connections, dial, budgets: createBudgets(policy) };
    const relays = createUdpRelays(udpNameRules(policy), resolver, context);
    const canary = createCanaryWatch();
    const table = openFlowTable();
    const notice = tableNotice(policy, table);
    if (notice !== undefined)
        emit({ event: 'warning', message: notice });
    const flows = createDirectFlows(table, log.add, systemClock.now);
    onClose(flows.close);
    const anyPorts = policy.mode === 'audit' ? ANY_PORTS : [];
    const authority = needsAuthority(policy) ? makeAuthority() : undefined;
    const http = createHttpParts(context, async () => authority ?? makeAuthority(), start.extraRoots);
    const [packets] = await Promise.all([
        startPacketLog({ line: logPacket, end: (why) => fail(new errors/* CagentError */.lx('gateway.failed', why)) }),
        loadFloor(floorRules({ policy, link, resolvers, brokers: start.brokers ?? [] })),
        makeSyntheticBlockLocal(),
        routeTheUnroutable(),
        ...(start.router === undefined ? [] : [useRouter(start.router)]),
    ]);
    onClose(packets.close);
    emit({ event: 'floor' });
    const resolving = start.resolvers.length === 0 ? Promise.resolve() : proveResolvers(resolvers, namesToDial(start));
    resolving.catch(() => { });
    await waitForLink(LINK_DEADLINE_MS);
    await configureLink(link);
    dropPrivileges();
    const brokers = await startBrokers(start, resolver, {
        ...{ log, connections, extraRoots: start.extraRoots },
        onTraffic: (traffic) => emit({ event: 'usage', traffic }),
    });
    onClose(brokers.close);
    const dns = await serveDnsOverUdp(link.gateway, answer);
    onClose(() => dns.close());
    if (anyPorts.length > 0) {
        const any = await serveAnyUdp(link.gateway, table, relays, context);
        onClose(any.close);
    }
    const listening = [53, ...brokers.ports, ...listenPorts(policy), ...anyPorts];
    const servers = await listenOn(listening, (client) => {
        const { localAddress: address = '', localPort: port = 0 } = client;
        const own = address === link.gateway && !anyPorts.includes(port);
        const meant = own ? undefined : (meantBy(client, table) ?? { address, port });
        if (meant !== undefined)
            connections.track(acceptConnection(client, meant, { ...context, ...http }).catch((error) => mishap(error, client)));
        else if (!brokers.accept(client))
            acceptDns(client);
    });
    onClose(() => {
        for (const server of servers)
            server.close();
    });
    await resolving;
    await canary.seen(CANARY_DEADLINE_MS);
    emit({
        event: 'ready',
        ...(authority === undefined ? {} : { caCertificate: (await authority).certificate }),
    });
    return { finish };
    function logPacket(line) {
        const packet = parsePacket(line);
        if (packet === undefined || canary.isPacket(packet))
            return;
        const record = packetRecord(packet, { policy, link, names });
        if (record === undefined)
            return;
        const key = packet.kind === 'passed' && record.verdict !== 'blocked' ? flowKey(packet) : undefined;
        if (key === undefined)
            log.add(record);
        else
            flows.follow(key, record);
    }
    async function answer(message) {
        const { reply, record, address } = answerQuestion(message, context);
        if (!canary.isQuestion(record.host))
            log.add(record);
        if (address !== undefined && record.host !== undefined)
            await relays.open(record.host, address);
        return reply;
    }
    function acceptDns(client) {
        if (connections.admit(client)) {
            serveDnsOverTcp(client, answer);
            return;
        }
        client.resetAndDestroy();
        const where = { ip: link.gateway, port: 53 };
        log.add({
            ...{ verdict: 'blocked', reason: 'too-many-connections', rule: reasons/* NO_RULE */.L, protocol: 'dns' },
            ...where,
        });
    }
    function mishap(error, client) {
        client.destroy();
        emit({
            event: 'warning',
            message: `a connection was closed because of an internal error: ${(0,errors/* messageOf */.bD)(error)}`,
        });
    }
    async function finish() {
        for (const server of servers)
            server.close();
        relays.close();
        await connections.drain();
        await (0,promises_namespaceObject.setTimeout)(LAST_PACKETS_MS);
        // Where this process had to wait for its turn, the time is over before it has read anything.
        await (0,promises_namespaceObject.setImmediate)();
        flows.finish();
        log.flush();
    }
}
/** Loaded only for runs whose rules look into TLS. */
async function makeAuthority() {
    const { createAuthority } = await Promise.all(/* import() */[__nccwpck_require__.e(631), __nccwpck_require__.e(84)]).then(__nccwpck_require__.bind(__nccwpck_require__, 5084));
    return createAuthority(systemClock.now());
}
/** Loaded only for runs that have one. */
async function startBrokers({ brokers = [] }, resolver, context) {
    if (brokers.length === 0)
        return { ports: [], accept: () => false, close: () => { } };
    const { createBrokerDial, createBrokers } = await __nccwpck_require__.e(/* import() */ 961).then(__nccwpck_require__.bind(__nccwpck_require__, 961));
    return createBrokers(brokers, { ...context, dial: createBrokerDial(resolver) });
}
function resolversFor({ resolvers }) {
    if (resolvers.length === 0)
        return resolversOf((0,external_node_fs_namespaceObject.readFileSync)('/etc/resolv.conf', 'utf8'));
    return resolvers.map((text) => {
        const resolver = parseResolver(text);
        if (resolver !== undefined)
            return resolver;
        throw new errors/* CagentError */.lx('gateway.resolver', `'${text}' is not an upstream resolver: IPv4 address, or address:port`);
    });
}
/** The names that are written out whole: what the resolvers are there for. */
function namesToDial({ policy, brokers = [] }) {
    const named = policy.rules.flatMap(({ target }) => (target.kind === 'name' ? [target.name] : []));
    return [...brokers.map(({ upstream }) => upstream.host), ...named];
}
async function proveResolvers(resolvers, names) {
    if (await anyResolverAnswers(resolvers, names, RESOLVER_DEADLINE_MS))
        return;
    const list = resolvers.map(({ address, port }) => `${address}:${port}`).join(', ');
    throw new errors/* CagentError */.lx('gateway.resolver', `no upstream resolver answers within ${RESOLVER_DEADLINE_MS / 1000} s: ${list}`);
}


/***/ }),

/***/ 7189:
/***/ ((__webpack_module__, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(__webpack_module__, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var _core_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1353);
/* harmony import */ var _gateway_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(1691);
/* harmony import */ var _start_control_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(1284);



/**
 * The process inside the gateway container. Its standard input is its lifeline: when the host is gone, so is the
 * agent's network.
 */
/** A handle that keeps the process alive after its end would keep the network alive too. */
const CLOSE_DEADLINE_MS = 100;
/** Bytes of events that wait for the host. */
const CROWDED_BYTES = 2 ** 22;
const control = (0,_start_control_js__WEBPACK_IMPORTED_MODULE_2__/* .readControl */ .O)(process.stdin);
const closers = [control.close];
/** Writes what is held back; a pipe is written to at once, also by a process that is about to die. */
let flush = () => { };
let closed = false;
function emit(event) {
    process.stdout.write(`${JSON.stringify(event)}\n`);
}
/** Closes what keeps the process alive. If anything still does, an error that nobody catches ends it. */
function close() {
    if (closed)
        return;
    closed = true;
    for (const closer of closers)
        closer();
    setTimeout(() => {
        throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .CagentError */ .lx('gateway.failed', 'the gateway did not end by itself');
    }, CLOSE_DEADLINE_MS).unref();
}
function fail(thrown) {
    if (closed)
        return;
    const error = (0,_core_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .asCagentError */ .lt)(thrown);
    const code = error.code === 'gateway.resolver' ? error.code : 'gateway.failed';
    flush();
    emit({ event: 'fatal', code, message: error.message });
    process.exitCode = 1;
    close();
}
process.on('uncaughtExceptionMonitor', (error) => {
    if (closed)
        return;
    flush();
    emit({ event: 'fatal', code: 'gateway.failed', message: (0,_core_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error) });
});
process.stdout.on('error', close);
control.end.then(close);
try {
    const gateway = await (0,_gateway_js__WEBPACK_IMPORTED_MODULE_1__/* .startGateway */ .z)(await control.start, {
        emit,
        crowded: () => process.stdout.writableLength > CROWDED_BYTES,
        fail,
        onCrash: (write) => {
            flush = write;
        },
        onClose: (closer) => closers.push(closer),
    });
    await control.finish;
    await gateway.finish();
    emit({ event: 'finished' });
    close();
}
catch (error) {
    fail(error);
}

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 572:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   CV: () => (/* binding */ FINISH),
/* harmony export */   FY: () => (/* binding */ CANARY_NAME),
/* harmony export */   M4: () => (/* binding */ NO_ROUTER),
/* harmony export */   nT: () => (/* binding */ CANARY)
/* harmony export */ });
/* unused harmony export LINK_ADDRESSES */
/** The uplink has no way to the outside. */
const NO_ROUTER = 'none';
const LINK_ADDRESSES = { gateway: '100.64.7.1', agent: '100.64.7.2', prefix: 30 };
/** Refused by the floor on purpose before the agent starts, to prove that the floor and its record work. */
const CANARY = { address: '100.127.255.254', port: 9 };
/** Asked of the gateway's resolver for the same reason; link.pl knows it too. Neither canary is ever on record. */
const CANARY_NAME = 'canary.cagent.invalid';
/** A line from the host: close all connections, write their records, answer `finished`, exit 0. */
const FINISH = '{"command":"finish"}\n';


/***/ }),

/***/ 1284:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   O: () => (/* binding */ readControl)
/* harmony export */ });
/* harmony import */ var _core_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1353);
/* harmony import */ var _protocol_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(572);
/* harmony import */ var _lines_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(8834);



function readControl(input) {
    const start = Promise.withResolvers();
    const finish = Promise.withResolvers();
    const end = Promise.withResolvers();
    let started = false;
    (0,_lines_js__WEBPACK_IMPORTED_MODULE_2__/* .onLines */ .l)(input, (line) => {
        if (!started) {
            started = true;
            start.resolve(parseStart(line));
        }
        else if (`${line}\n` === _protocol_js__WEBPACK_IMPORTED_MODULE_1__/* .FINISH */ .CV)
            finish.resolve();
    });
    input.on('end', () => end.resolve());
    input.on('error', () => end.resolve());
    return {
        start: start.promise,
        finish: finish.promise,
        end: end.promise,
        close: () => void input.destroy(),
    };
}
/** The host is the same program, so only damage on the way is looked for, and nothing of the line is repeated. */
async function parseStart(line) {
    try {
        return JSON.parse(line);
    }
    catch {
        throw new _core_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .CagentError */ .lx('gateway.failed', 'the first line on standard input is not a start message');
    }
}


/***/ }),

/***/ 8834:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   l: () => (/* binding */ onLines)
/* harmony export */ });
/** Gives a stream's text line by line, as it comes, without the line feeds. */
function onLines(stream, onLine) {
    let pieces = [];
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
        const [first = '', ...rest] = text.split('\n');
        pieces.push(first);
        for (const next of rest) {
            onLine(pieces.join(''));
            pieces = [next];
        }
    });
}


/***/ }),

/***/ 1770:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   B: () => (/* binding */ createDial),
/* harmony export */   y: () => (/* binding */ chooseAddresses)
/* harmony export */ });
/* harmony import */ var node_net__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7030);
/* harmony import */ var _egress_address_verdict_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6151);


const CONNECT_MS = 10_000;
/** The next address gets its chance after this, while the earlier ones go on trying (RFC 8305). */
const NEXT_ADDRESS_MS = 250;
function createDial(resolver) {
    return async (request) => {
        const found = await unlessAborted(resolver.addressesOf(request.name), request.signal);
        if (found === undefined)
            return { ok: false, reason: 'upstream-failed' };
        const choice = chooseAddresses(found, request.private);
        if (!choice.ok)
            return choice;
        return connectFirst(choice.addresses, request);
    };
}
/** The addresses that may be dialled. One bad address among good ones is left out. */
function chooseAddresses(addresses, mayBePrivate) {
    const verdicts = addresses.map((address) => ({
        address,
        ...(0,_egress_address_verdict_js__WEBPACK_IMPORTED_MODULE_1__/* .addressVerdict */ ._)(address, { private: mayBePrivate }),
    }));
    const good = verdicts.filter(({ allowed }) => allowed);
    if (good.length > 0)
        return { ok: true, addresses: good.map(({ address }) => address) };
    const refused = verdicts[0];
    if (refused === undefined)
        return { ok: false, reason: 'resolve-failed' };
    return { ok: false, reason: refused.reason, address: refused.address };
}
/** What the promise gives, or `undefined` as soon as nobody waits for it any more. */
function unlessAborted(promise, signal) {
    if (signal === undefined)
        return promise;
    return new Promise((resolve, reject) => {
        if (signal.aborted)
            resolve(undefined);
        signal.addEventListener('abort', () => resolve(undefined), { once: true });
        promise.then(resolve, reject);
    });
}
function connectFirst(addresses, request) {
    return new Promise((resolve) => {
        const trying = new Set();
        let next = 0;
        let stagger;
        const finish = (result) => {
            clearTimeout(stagger);
            clearTimeout(deadline);
            request.signal?.removeEventListener('abort', giveUp);
            for (const socket of trying)
                socket.destroy();
            resolve(result);
        };
        const giveUp = () => {
            const address = addresses[0];
            finish({ ok: false, reason: 'upstream-failed', ...(address === undefined ? {} : { address }) });
        };
        const tryNext = () => {
            clearTimeout(stagger);
            const address = addresses[next++];
            if (address === undefined) {
                if (trying.size === 0)
                    giveUp();
                return;
            }
            const socket = (0,node_net__WEBPACK_IMPORTED_MODULE_0__.connect)({
                host: address,
                port: request.port,
                noDelay: true,
                allowHalfOpen: true,
                ...(request.onread === undefined ? {} : { onread: request.onread }),
            });
            trying.add(socket);
            const failed = () => {
                trying.delete(socket);
                tryNext();
            };
            socket.once('error', failed);
            socket.once('connect', () => {
                socket.off('error', failed);
                trying.delete(socket);
                finish({ ok: true, socket, address });
            });
            stagger = setTimeout(tryNext, NEXT_ADDRESS_MS);
        };
        const deadline = setTimeout(giveUp, CONNECT_MS);
        request.signal?.addEventListener('abort', giveUp, { once: true });
        tryNext();
    });
}


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/async module */
/******/ (() => {
/******/ 	var webpackQueues = typeof Symbol === "function" ? Symbol("webpack queues") : "__webpack_queues__";
/******/ 	var webpackExports = typeof Symbol === "function" ? Symbol("webpack exports") : "__webpack_exports__";
/******/ 	var webpackError = typeof Symbol === "function" ? Symbol("webpack error") : "__webpack_error__";
/******/ 	var resolveQueue = (queue) => {
/******/ 		if(queue && queue.d < 1) {
/******/ 			queue.d = 1;
/******/ 			queue.forEach((fn) => (fn.r--));
/******/ 			queue.forEach((fn) => (fn.r-- ? fn.r++ : fn()));
/******/ 		}
/******/ 	}
/******/ 	var wrapDeps = (deps) => (deps.map((dep) => {
/******/ 		if(dep !== null && typeof dep === "object") {
/******/ 			if(dep[webpackQueues]) return dep;
/******/ 			if(dep.then) {
/******/ 				var queue = [];
/******/ 				queue.d = 0;
/******/ 				dep.then((r) => {
/******/ 					obj[webpackExports] = r;
/******/ 					resolveQueue(queue);
/******/ 				}, (e) => {
/******/ 					obj[webpackError] = e;
/******/ 					resolveQueue(queue);
/******/ 				});
/******/ 				var obj = {};
/******/ 				obj[webpackQueues] = (fn) => (fn(queue));
/******/ 				return obj;
/******/ 			}
/******/ 		}
/******/ 		var ret = {};
/******/ 		ret[webpackQueues] = x => {};
/******/ 		ret[webpackExports] = dep;
/******/ 		return ret;
/******/ 	}));
/******/ 	__nccwpck_require__.a = (module, body, hasAwait) => {
/******/ 		var queue;
/******/ 		hasAwait && ((queue = []).d = -1);
/******/ 		var depQueues = new Set();
/******/ 		var exports = module.exports;
/******/ 		var currentDeps;
/******/ 		var outerResolve;
/******/ 		var reject;
/******/ 		var promise = new Promise((resolve, rej) => {
/******/ 			reject = rej;
/******/ 			outerResolve = resolve;
/******/ 		});
/******/ 		promise[webpackExports] = exports;
/******/ 		promise[webpackQueues] = (fn) => (queue && fn(queue), depQueues.forEach(fn), promise["catch"](x => {}));
/******/ 		module.exports = promise;
/******/ 		body((deps) => {
/******/ 			currentDeps = wrapDeps(deps);
/******/ 			var fn;
/******/ 			var getResult = () => (currentDeps.map((d) => {
/******/ 				if(d[webpackError]) throw d[webpackError];
/******/ 				return d[webpackExports];
/******/ 			}))
/******/ 			var promise = new Promise((resolve) => {
/******/ 				fn = () => (resolve(getResult));
/******/ 				fn.r = 0;
/******/ 				var fnQueue = (q) => (q !== queue && !depQueues.has(q) && (depQueues.add(q), q && !q.d && (fn.r++, q.push(fn))));
/******/ 				currentDeps.map((dep) => (dep[webpackQueues](fnQueue)));
/******/ 			});
/******/ 			return fn.r ? promise : getResult();
/******/ 		}, (err) => ((err ? reject(promise[webpackError] = err) : outerResolve(exports)), resolveQueue(queue)));
/******/ 		queue && queue.d < 0 && (queue.d = 0);
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".index.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
/******/ 
/******/ // startup
/******/ // Load entry module and return exports
/******/ // This entry module used 'module' so it can't be inlined
/******/ var __webpack_exports__ = __nccwpck_require__(7189);
/******/ __webpack_exports__ = await __webpack_exports__;
/******/ 

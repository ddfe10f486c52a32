/// One message on its way out.
struct ReplyMessage {
  var bytes: [UInt8]
  var isCompressed = false
}

#include "hawser/auth/method.h"

#include "hawser/wire/codec.h"
#include "hawser/wire/messages_auth.h"

namespace hawser::auth {

Result<MethodStep> Method::take(ByteView payload) {
  return fail(Errc::unexpected_message, "userauth method", payload[0]);
}

Result<MethodStep> Method::take_signature(ByteView /*signature_blob*/) {
  return fail(Errc::wrong_state, "userauth signature");
}

Result<MethodStep> Method::take_answers(std::span<const SecretBytes> /*answers*/) {
  return fail(Errc::wrong_state, "userauth prompts");
}

Bytes signed_data(const MethodContext& context, std::string_view method, ByteView fields) {
  Bytes data;
  wire::BytesSink sink(data);
  wire::put_string(sink, context.session_id);
  sink.put(encode_request(context, method, fields).view());
  return data;
}

SecretBytes encode_request(const MethodContext& context, std::string_view method, ByteView fields) {
  wire::UserauthRequest request;
  request.user = wire::Text(context.user);
  request.service = "ssh-connection";
  request.method = method;
  request.fields_of_method.bytes = fields;
  SecretBytes payload(wire::encoded_size(request));
  wire::encode(wire::SpanSink(payload.span()), request);
  return payload;
}

}  // namespace hawser::auth

// The interop cases of the gRPC project by its C++ library. Exits with 0 when the case holds.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "grpc/testing/test.grpc.pb.h"

using namespace grpc::testing;
using grpc::ClientContext;
using grpc::Status;
using grpc::StatusCode;

namespace {

void expect(bool holds, const std::string& what) {
  if (holds) return;
  std::cerr << "does not hold: " << what << "\n";
  std::exit(1);
}

void expect_ok(const Status& status) {
  expect(status.ok(), std::to_string(status.error_code()) + " " + status.error_message());
}

const std::vector<int> sizes_in = {27182, 8, 1828, 45904};
const std::vector<int> sizes_out = {31415, 9, 2653, 58979};

struct Client {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<TestService::Stub> stub;

  explicit Client(const std::string& address)
      : channel(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())),
        stub(TestService::NewStub(channel)) {}

  SimpleRequest large() const {
    SimpleRequest request;
    request.set_response_size(314159);
    request.mutable_payload()->set_body(std::string(271828, '\0'));
    return request;
  }

  StreamingOutputCallRequest ask(int size_out, int size_in) const {
    StreamingOutputCallRequest request;
    request.add_response_parameters()->set_size(size_out);
    request.mutable_payload()->set_body(std::string(size_in, '\0'));
    return request;
  }

  void empty_unary() {
    ClientContext context;
    Empty reply;
    expect_ok(stub->EmptyCall(&context, Empty(), &reply));
  }

  void large_unary() {
    ClientContext context;
    SimpleResponse reply;
    expect_ok(stub->UnaryCall(&context, large(), &reply));
    expect(reply.payload().body() == std::string(314159, '\0'), "the payload");
  }

  void client_streaming() {
    ClientContext context;
    StreamingInputCallResponse reply;
    auto writer = stub->StreamingInputCall(&context, &reply);
    for (int size : sizes_in) {
      StreamingInputCallRequest request;
      request.mutable_payload()->set_body(std::string(size, '\0'));
      expect(writer->Write(request), "a request is taken");
    }
    writer->WritesDone();
    expect_ok(writer->Finish());
    expect(reply.aggregated_payload_size() == 74922, "the sum");
  }

  void server_streaming() {
    ClientContext context;
    StreamingOutputCallRequest request;
    for (int size : sizes_out) request.add_response_parameters()->set_size(size);
    auto reader = stub->StreamingOutputCall(&context, request);
    StreamingOutputCallResponse reply;
    size_t count = 0;
    while (reader->Read(&reply)) {
      expect(count < sizes_out.size() && int(reply.payload().body().size()) == sizes_out[count],
             "reply " + std::to_string(count));
      count++;
    }
    expect_ok(reader->Finish());
    expect(count == sizes_out.size(), "as many replies as asked for");
  }

  void ping_pong() {
    ClientContext context;
    auto stream = stub->FullDuplexCall(&context);
    for (size_t i = 0; i < sizes_in.size(); i++) {
      expect(stream->Write(ask(sizes_out[i], sizes_in[i])), "a request is taken");
      StreamingOutputCallResponse reply;
      expect(stream->Read(&reply), "a reply comes");
      expect(int(reply.payload().body().size()) == sizes_out[i], "its size");
    }
    stream->WritesDone();
    StreamingOutputCallResponse more;
    expect(!stream->Read(&more), "no reply more");
    expect_ok(stream->Finish());
  }

  void empty_stream() {
    ClientContext context;
    auto stream = stub->FullDuplexCall(&context);
    stream->WritesDone();
    StreamingOutputCallResponse reply;
    expect(!stream->Read(&reply), "no reply");
    expect_ok(stream->Finish());
  }

  void cancel_after_begin() {
    ClientContext context;
    StreamingInputCallResponse reply;
    auto writer = stub->StreamingInputCall(&context, &reply);
    context.TryCancel();
    expect(writer->Finish().error_code() == StatusCode::CANCELLED, "CANCELLED");
  }

  void cancel_after_first_response() {
    ClientContext context;
    auto stream = stub->FullDuplexCall(&context);
    expect(stream->Write(ask(31415, 27182)), "a request is taken");
    StreamingOutputCallResponse reply;
    expect(stream->Read(&reply), "a reply comes");
    context.TryCancel();
    expect(stream->Finish().error_code() == StatusCode::CANCELLED, "CANCELLED");
  }

  void timeout_on_sleeping_server() {
    ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(1));
    auto stream = stub->FullDuplexCall(&context);
    StreamingOutputCallRequest request;
    request.mutable_payload()->set_body(std::string(27182, '\0'));
    stream->Write(request);
    expect(stream->Finish().error_code() == StatusCode::DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED");
  }

  void status(const std::string& message) {
    {
      ClientContext context;
      SimpleRequest request;
      request.mutable_response_status()->set_code(2);
      request.mutable_response_status()->set_message(message);
      SimpleResponse reply;
      Status status = stub->UnaryCall(&context, request, &reply);
      expect(status.error_code() == StatusCode::UNKNOWN, "UNKNOWN");
      expect(status.error_message() == message, "the message");
    }
    ClientContext context;
    auto stream = stub->FullDuplexCall(&context);
    StreamingOutputCallRequest request;
    request.mutable_response_status()->set_code(2);
    request.mutable_response_status()->set_message(message);
    stream->Write(request);
    stream->WritesDone();
    StreamingOutputCallResponse reply;
    expect(!stream->Read(&reply), "no reply");
    Status status = stream->Finish();
    expect(status.error_code() == StatusCode::UNKNOWN, "UNKNOWN of the stream");
    expect(status.error_message() == message, "the message of the stream");
  }

  static void check_metadata(const ClientContext& context) {
    auto& initial = context.GetServerInitialMetadata();
    auto found = initial.find("x-grpc-test-echo-initial");
    expect(found != initial.end() && found->second == "test_initial_metadata_value", "initial");
    auto& trailing = context.GetServerTrailingMetadata();
    auto bytes = trailing.find("x-grpc-test-echo-trailing-bin");
    expect(bytes != trailing.end() && bytes->second == "\xab\xab\xab", "trailing");
  }

  void custom_metadata() {
    auto add = [](ClientContext& context) {
      context.AddMetadata("x-grpc-test-echo-initial", "test_initial_metadata_value");
      context.AddMetadata("x-grpc-test-echo-trailing-bin", "\xab\xab\xab");
    };
    {
      ClientContext context;
      add(context);
      SimpleResponse reply;
      expect_ok(stub->UnaryCall(&context, large(), &reply));
      check_metadata(context);
    }
    ClientContext context;
    add(context);
    auto stream = stub->FullDuplexCall(&context);
    stream->Write(ask(314159, 271828));
    stream->WritesDone();
    StreamingOutputCallResponse reply;
    expect(stream->Read(&reply), "a reply comes");
    expect_ok(stream->Finish());
    check_metadata(context);
  }

  void unimplemented_method() {
    ClientContext context;
    Empty reply;
    Status status = stub->UnimplementedCall(&context, Empty(), &reply);
    expect(status.error_code() == StatusCode::UNIMPLEMENTED, "UNIMPLEMENTED");
  }

  void unimplemented_service() {
    ClientContext context;
    Empty reply;
    auto other = UnimplementedService::NewStub(channel);
    Status status = other->UnimplementedCall(&context, Empty(), &reply);
    expect(status.error_code() == StatusCode::UNIMPLEMENTED, "UNIMPLEMENTED");
  }

  void client_compressed_unary() {
    auto call = [this](bool expected, bool compressed) {
      ClientContext context;
      if (compressed) context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
      SimpleRequest request = large();
      request.mutable_expect_compressed()->set_value(expected);
      SimpleResponse reply;
      return stub->UnaryCall(&context, request, &reply);
    };
    expect(call(true, false).error_code() == StatusCode::INVALID_ARGUMENT, "the probe");
    expect_ok(call(true, true));
    expect_ok(call(false, false));
  }

  void client_compressed_streaming() {
    ClientContext context;
    context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    StreamingInputCallResponse reply;
    auto writer = stub->StreamingInputCall(&context, &reply);
    StreamingInputCallRequest request;
    request.mutable_payload()->set_body(std::string(27182, '\0'));
    request.mutable_expect_compressed()->set_value(true);
    expect(writer->Write(request), "the compressed request is taken");
    request.mutable_payload()->set_body(std::string(45904, '\0'));
    request.mutable_expect_compressed()->set_value(false);
    expect(writer->Write(request, grpc::WriteOptions().set_no_compression()), "the plain one too");
    writer->WritesDone();
    expect_ok(writer->Finish());
    expect(reply.aggregated_payload_size() == 73086, "the sum");
  }

  void server_compressed_unary() {
    for (bool compressed : {true, false}) {
      ClientContext context;
      SimpleRequest request = large();
      request.mutable_response_compressed()->set_value(compressed);
      SimpleResponse reply;
      expect_ok(stub->UnaryCall(&context, request, &reply));
      expect(reply.payload().body().size() == 314159, "the payload");
    }
  }

  void server_compressed_streaming() {
    ClientContext context;
    StreamingOutputCallRequest request;
    auto* first = request.add_response_parameters();
    first->set_size(31415);
    first->mutable_compressed()->set_value(true);
    auto* second = request.add_response_parameters();
    second->set_size(92653);
    second->mutable_compressed()->set_value(false);
    auto reader = stub->StreamingOutputCall(&context, request);
    StreamingOutputCallResponse reply;
    expect(reader->Read(&reply) && reply.payload().body().size() == 31415, "the first");
    expect(reader->Read(&reply) && reply.payload().body().size() == 92653, "the second");
    expect_ok(reader->Finish());
  }
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "usage: interop_client HOST:PORT CASE\n";
    return 2;
  }
  Client client(arguments[1]);
  std::map<std::string, std::function<void()>> cases = {
      {"empty_unary", [&] { client.empty_unary(); }},
      {"large_unary", [&] { client.large_unary(); }},
      {"client_streaming", [&] { client.client_streaming(); }},
      {"server_streaming", [&] { client.server_streaming(); }},
      {"ping_pong", [&] { client.ping_pong(); }},
      {"empty_stream", [&] { client.empty_stream(); }},
      {"cancel_after_begin", [&] { client.cancel_after_begin(); }},
      {"cancel_after_first_response", [&] { client.cancel_after_first_response(); }},
      {"timeout_on_sleeping_server", [&] { client.timeout_on_sleeping_server(); }},
      {"status_code_and_message", [&] { client.status("test status method"); }},
      {"special_status_message",
       [&] {
         client.status("\t\ntest with whitespace\r\nand Unicode BMP \xe2\x98\xba and non-BMP "
                       "\xf0\x9f\x98\x88\t\n");
       }},
      {"custom_metadata", [&] { client.custom_metadata(); }},
      {"unimplemented_method", [&] { client.unimplemented_method(); }},
      {"unimplemented_service", [&] { client.unimplemented_service(); }},
      {"client_compressed_unary", [&] { client.client_compressed_unary(); }},
      {"client_compressed_streaming", [&] { client.client_compressed_streaming(); }},
      {"server_compressed_unary", [&] { client.server_compressed_unary(); }},
      {"server_compressed_streaming", [&] { client.server_compressed_streaming(); }},
  };
  auto found = cases.find(arguments[2]);
  if (found == cases.end()) {
    std::cerr << "no such case\n";
    return 2;
  }
  found->second();
  return 0;
}

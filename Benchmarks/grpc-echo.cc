// EvaluateRollback on gRPC's own C++ library, without a decision: the request is decoded, and the
// answer is the reply given at the start, encoded anew. What the reads of Windlass are measured
// beside. Asynchronous, on one completion queue: the quickest way that the library offers.
//
//   grpc-echo PORT REPLY-FILE      the file holds a serialised EvaluateRollbackResponse

#include <grpcpp/grpcpp.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "windlass/v1/rollouts.grpc.pb.h"

namespace {

using windlass::v1::EvaluateRollbackRequest;
using windlass::v1::EvaluateRollbackResponse;
using windlass::v1::Rollouts;

Rollouts::WithAsyncMethod_EvaluateRollback<Rollouts::Service> service;
std::unique_ptr<grpc::ServerCompletionQueue> queue;
EvaluateRollbackResponse reply;

class Call {
 public:
  Call() : writer_(&context_) {
    service.RequestEvaluateRollback(
        &context_, &request_, &writer_, queue.get(), queue.get(), this);
  }

  void Proceed(bool ok) {
    if (!ok || answered_) {
      delete this;
      return;
    }
    new Call();
    answered_ = true;
    writer_.Finish(reply, grpc::Status::OK, this);
  }

 private:
  grpc::ServerContext context_;
  EvaluateRollbackRequest request_;
  grpc::ServerAsyncResponseWriter<EvaluateRollbackResponse> writer_;
  bool answered_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: grpc-echo PORT REPLY-FILE\n";
    return 2;
  }
  std::ifstream file(argv[2], std::ios::binary);
  if (!reply.ParseFromIstream(&file)) {
    std::cerr << "grpc-echo: " << argv[2] << " is no EvaluateRollbackResponse\n";
    return 1;
  }
  grpc::ServerBuilder builder;
  builder.AddListeningPort(std::string("127.0.0.1:") + argv[1], grpc::InsecureServerCredentials());
  builder.RegisterService(&service);
  queue = builder.AddCompletionQueue();
  const auto server = builder.BuildAndStart();
  if (!server) return 1;
  for (int count = 0; count < 256; ++count) new Call();
  void* tag;
  bool ok;
  while (queue->Next(&tag, &ok)) static_cast<Call*>(tag)->Proceed(ok);
}

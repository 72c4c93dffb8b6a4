#include "scenario/client.h"

#include <algorithm>

namespace hawser::scenario {

namespace {

std::string name_of(connection::ChannelId channel) {
  return std::to_string(channel.value());
}

}  // namespace

// What the client does about an event, and how the event reads.
struct Client::Note {
  Client& client;

  void operator()(const session::HostKeyOffered& offered) {
    client.host_key_type_ = offered.key.type();
    client.note("host key " + client.host_key_type_);
    if (!client.rules_.judges_host_key) return;
    if (client.rules_.host_key_verdict == Errc{}) {
      (void)client.session_.accept_host_key();
    } else {
      (void)client.session_.refuse_host_key(client.rules_.host_key_verdict);
    }
  }
  void operator()(const session::KeysExchanged& keys) {
    client.note(keys.is_first ? "keys" : "keys again");
  }
  void operator()(const session::PromptsShown& shown) {
    client.note("prompts " + std::to_string(shown.prompts.size()));
  }
  void operator()(const session::SignatureWanted& wanted) {
    client.note("signature wanted " + std::string(wanted.algorithm));
    if (!client.rules_.answers_signatures || client.rules_.signer == nullptr) return;
    const auto made = client.rules_.signer->sign(client.engine_, wanted.algorithm, wanted.data);
    if (!made) return;
    ++client.signatures_;
    (void)client.session_.answer(*made);
  }
  void operator()(const session::LoginSucceeded&) { client.note("login"); }
  void operator()(const session::LoginRefused& refused) {
    std::string text = refused.is_partial ? "login partial" : "login refused";
    for (const std::string& method : refused.allowed) text += " " + method;
    if (refused.wants_password_change) text += " change";
    client.note(text);
  }
  void operator()(const session::BannerShown& banner) { client.note("banner " + banner.text); }
  void operator()(const connection::ChannelOpened& opened) {
    client.note("opened " + name_of(opened.channel));
  }
  void operator()(const connection::ChannelRefused& refused) {
    client.note("refused " + name_of(refused.channel) + " " + std::to_string(refused.reason) + " " +
                refused.text);
  }
  void operator()(const connection::ChannelBytes& bytes) { client.note_data(bytes); }
  void operator()(const connection::ChannelEnded& ended) {
    client.note("end " + name_of(ended.channel));
  }
  void operator()(const connection::ChannelReplied& replied) {
    client.note(std::string(replied.is_success ? "yes " : "no ") + name_of(replied.channel));
  }
  void operator()(const connection::ChannelWritable&) {}
  void operator()(const connection::ChannelExited& exited) {
    const auto* status = std::get_if<std::uint32_t>(&exited.how);
    client.note("exit " + name_of(exited.channel) + " " +
                (status != nullptr ? std::to_string(*status) : std::get<std::string>(exited.how)));
  }
  void operator()(const connection::ChannelClosed& closed) {
    client.note("closed " + name_of(closed.channel));
  }
  void operator()(const connection::HostKeysAnnounced& announced) {
    client.note("host keys " + std::to_string(announced.blobs.size()));
  }
  void operator()(const connection::ChannelOffered& offered) {
    client.note("offered " + name_of(offered.offered) + " " + offered.origin.address + ":" +
                std::to_string(offered.origin.port) + " " + offered.origin.origin_address + ":" +
                std::to_string(offered.origin.origin_port));
  }
  void operator()(const connection::GlobalReplied& replied) {
    client.note(replied.is_success ? "alive yes" : "alive no");
  }
};

void Client::process() {
  for (;;) {
    auto event = session_.next();
    if (!event) {
      const std::string text = "error " + std::string(describe(event.error().code));
      if (events_.empty() || events_.back() != text) note(text);
      return;
    }
    if (!*event) break;
    std::visit(Note{*this}, **event);
  }
  write_what_fits();
}

void Client::wait(Duration duration) {
  now_ += duration;
  session_.on_time(now_);
  process();
}

void Client::write_all(connection::ChannelId channel, Bytes data) {
  writes_[channel] = Write{std::move(data), 0};
  write_what_fits();
}

std::size_t Client::count(std::string_view event) const {
  return static_cast<std::size_t>(std::ranges::count(events_, event));
}

void Client::write_what_fits() {
  for (auto entry = writes_.begin(); entry != writes_.end();) {
    auto& [channel, write] = *entry;
    const std::size_t size = std::min(write.data.size() - write.done, rules_.writes_at_most);
    const auto taken = session_.write(channel, ByteView(write.data).subspan(write.done, size));
    if (taken) write.done += *taken;
    if (taken && write.done < write.data.size()) {
      ++entry;
      continue;
    }
    if (taken) (void)session_.send_eof(channel);
    entry = writes_.erase(entry);
  }
}

void Client::note(std::string text) {
  data_line_.clear();
  events_.push_back(std::move(text));
}

void Client::note_data(const connection::ChannelBytes& bytes) {
  const bool is_error = bytes.stream == connection::Stream::error;
  append((is_error ? errors_ : output_)[bytes.channel], bytes.data);
  const std::string line =
      std::string(is_error ? "stderr " : "stdout ") + name_of(bytes.channel) + " ";
  if (data_line_ == line) {
    data_size_ += bytes.data.size();
    events_.back() = line + std::to_string(data_size_);
  } else {
    data_size_ = bytes.data.size();
    note(line + std::to_string(data_size_));
    data_line_ = line;
  }
  if (rules_.consumes) (void)session_.consume(bytes.channel, bytes.data.size());
}

}  // namespace hawser::scenario

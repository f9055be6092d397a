#include "http/background.hpp"

#include <utility>

#include <pthread.h>

#include "base/guarded.hpp"

namespace isr {

Background::Background(size_t threads) {
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Loop(); });
    pthread_setname_np(threads_.back().native_handle(), "isr-http");
  }
}

Background::~Background() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    queue_.clear();
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Background::Run(Work work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
}

size_t Background::Backlog() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Background::Loop() noexcept {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (closing_) return;
    const Work work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    Guarded("http worker", [&] { mailbox_.Send(work()); });
    lock.lock();
  }
}

}  // namespace isr

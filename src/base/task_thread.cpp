#include "base/task_thread.hpp"

#include <pthread.h>

#include "base/guarded.hpp"

namespace isr {

TaskThread::TaskThread(const std::string& name) : thread_([this] { Run(); }) {
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

TaskThread::~TaskThread() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void TaskThread::Post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

size_t TaskThread::Backlog() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

void TaskThread::Run() noexcept {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return closing_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    Guarded("task thread", task);
    lock.lock();
  }
}

}  // namespace isr
